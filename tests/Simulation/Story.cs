using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation;

/// <summary>What clients do, and what befalls the processes.</summary>
internal sealed class Story(World world)
{
    /// <summary>No less happens in any world.</summary>
    public const int LeastSessions = 30;
    public const int LeastChoices = 300;
    public const int LeastDevices = 6;

    /// <summary>So far a process's clock may be wrong: two of them agree as <see cref="Core.Engine.SessionCallOptions.ValidShare"/> asks for.</summary>
    public static readonly TimeSpan MostClockError = TimeSpan.FromMilliseconds(240);

    private static readonly Caller[] Clients = [new("one"), new("two")];
    private static readonly string[] Prefixes = ["+34", "+49", "+55"];

    private readonly Gateway gateway = new(world);
    private readonly int devices = LeastDevices + world.Chance.Next(6);
    private readonly int silos = 2 + world.Chance.Next(2);
    private readonly double hurry = world.Chance.OneOf([0.3, 1, 2]);

    private Members Whole => Enumerable.Range(0, silos).Aggregate(Members.None, (members, number) => members.With(number));

    /// <summary>Clients that wait for an answer, and the like.</summary>
    public int Waiting { get; private set; }

    /// <summary>Enough has happened.</summary>
    public bool IsTold => world.Ledger.Made >= LeastSessions && world.Scheduler.Choices >= LeastChoices;

    public bool IsOver => Waiting == 0;

    public void Begin()
    {
        for (var number = 0; number < silos; number++) world.StartSilo(number, Whole);
        gateway.Members = Whole;
        world.Scheduler.Soon(gateway, () => _ = ComeAsync());
        Trouble();
    }

    /// <summary>Everything works again, and everybody knows of everybody.</summary>
    public void MakePeace()
    {
        world.Faults.AreOver = true;
        world.Store.DownUntil = world.Scheduler.Now;
        foreach (var telco in world.Telcos) telco.DownUntil = world.Scheduler.Now;
        if (world.Trace.IsOn) world.Trace.Note("from now on everything works");
        foreach (var silo in world.Living)
            if (silo.IsFrozen) silo.Thaw();
        for (var number = 0; number < silos; number++)
            if (world.Living.All(silo => silo.Number != number)) world.StartSilo(number, Whole);
        foreach (var silo in world.Living) world.Scheduler.Soon(silo, () => silo.Learn(Whole));
        gateway.Members = Whole;
    }

    // -- Clients ----------------------------------------------------------------------------------------------------------------------

    private async Task ComeAsync()
    {
        while (!world.Faults.AreOver)
        {
            _ = CountedAsync(LiveAsync());
            if (world.Chance.Next(3) > 0) await Task.Delay(world.Chance.Between(0, 2 * hurry), gateway.Clock);
        }
    }

    private async Task CountedAsync(Task work)
    {
        Waiting++;
        try
        {
            await work;
        }
        catch (Exception bug)
        {
            world.Violate($"a client broke: {bug}");
        }
        finally
        {
            Waiting--;
        }
    }

    /// <summary>One session, from the client's wish to where the client loses interest.</summary>
    private async Task LiveAsync()
    {
        var chance = world.Chance;
        var (client, request, id) = (chance.Next(Clients.Length), Request(), NewId());
        var sink = chance.Next(6) == 0 ? null : new Sink(new Uri($"https://{Sinks.Hosts[chance.Next(3)]}/{client}"), null);
        request = request with { Caller = Clients[client], Sink = sink };
        var since = world.Scheduler.Steps;
        // Two attempts that count at a time can make a session twice, if it is deleted in between: this client does not delete.
        var isDoubled = world.Faults.Happens(Fault.RequestDoubled, 0.1);
        var made = await gateway.CreateAsync(id, request, isDoubled);
        if (world.Trace.IsOn) world.Trace.Note($"create {world.Trace.Name(id)}: {made.Session?.Phase.ToString() ?? made.Error?.Code.ToString()}");
        if (made.Error?.Code == SessionErrorCode.Conflict) CheckConflict(since, id, request);
        if (made.Session is null) return;

        for (var wishes = chance.Next(4); wishes > 0; wishes--)
        {
            await Task.Delay(chance.Between(0, chance.Next(2) == 0 ? 1 : request.Duration.TotalSeconds), gateway.Clock);
            if (chance.Next(2) == 0)
            {
                var more = TimeSpan.FromSeconds(chance.Next(1, 30));
                world.Ledger.Grant(id, more);
                var extended = await gateway.ExtendAsync(id, Clients[client], more);
                if (world.Trace.IsOn)
                    world.Trace.Note($"extend {world.Trace.Name(id)}: {extended.Session?.Duration.ToString() ?? extended.Error?.Code.ToString()}");
            }
            else if (chance.Next(4) == 0)
            {
                var stranger = Clients[1 - client];
                var stolen = chance.Next(2) == 0 ? await gateway.DeleteAsync(id, stranger) : await gateway.ExtendAsync(id, stranger, TimeSpan.FromSeconds(1));
                if (stolen.Session is not null) world.Violate($"8: a stranger was told of {world.Trace.Name(id)}");
            }
            else if (!isDoubled)
            {
                world.Ledger.GiveUp(id);
                var deletes = chance.Next(4) == 0 ? 2 : 1;
                while (deletes-- > 0)
                {
                    var deleted = gateway.DeleteAsync(id, Clients[client]);
                    if (deletes > 0) _ = CountedAsync(deleted);
                    else await deleted;
                }
                if (world.Trace.IsOn) world.Trace.Note($"deleted {world.Trace.Name(id)}");
            }
        }
    }

    private void CheckConflict(long since, SessionId id, CreateSession request)
    {
        var number = request.Device!.PhoneNumber!;
        var telco = world.Telcos.First(telco => number.StartsWith(telco.Route.NumberPrefixes[0], StringComparison.Ordinal));
        var flow = Flow.Of(request.ApplicationServer, request.DevicePorts, request.ApplicationServerPorts);
        if (!world.Ledger.WasHeldSince(since, World.DeviceKeys.KeyOf(telco.Id, $"tel:{number}"), flow, id))
            world.Violate($"4: {world.Trace.Name(id)} was refused, and nobody held its flow");
    }

    private CreateSession Request()
    {
        var device = world.Chance.Next(devices);
        return new CreateSession
        {
            Caller = Clients[0],
            Surface = "quality-on-demand-1.1",
            SessionsUrl = "https://broker.example/quality-on-demand/v1/sessions/",
            Device = new Device { PhoneNumber = $"{Prefixes[device % Prefixes.Length]}6000000{device:00}" },
            ApplicationServer = new ApplicationServer(world.Chance.Next(8) switch { 0 => "0.0.0.0/0", var server => $"192.0.2.{server}" }, null),
            QosProfile = "QOS_E",
            Duration = TimeSpan.FromSeconds(world.Chance.Next(1, world.Chance.Next(2) == 0 ? 5 : 60)),
        };
    }

    private SessionId NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        world.Chance.NextBytes(bytes);
        return new SessionId(new Guid(bytes));
    }

    // -- What befalls the processes -----------------------------------------------------------------------------------------------------

    private void Trouble()
    {
        if (world.Faults.AreOver) return;
        world.Scheduler.After(world.Chance.Between(0.2, 6 * hurry), null, Trouble);
        var silo = world.AnySilo();
        switch (world.Chance.Next(7))
        {
            case 0 when silo is not null && world.Faults.Happens(Fault.Crash, 0.7):
                Crash(silo);
                break;
            case 1 when silo is { IsFrozen: false } && world.Faults.Happens(Fault.Freeze, 0.7):
                silo.Freeze();
                world.Scheduler.After(world.Chance.Between(0.1, 5), null, silo.Thaw);
                break;
            case 2 when silo is not null && world.Faults.Happens(Fault.ClockStep, 0.8):
                var clock = world.Chance.Next(4) == 0 ? gateway.Clock : silo.Clock;
                clock.Offset = world.Chance.UpTo(2 * MostClockError) - MostClockError;
                break;
            case 3 when world.Faults.Happens(Fault.StoreDown, 0.5):
                world.Store.DownUntil = world.Scheduler.Now + world.Chance.Between(0.1, 3);
                break;
            case 4 when world.Faults.Happens(Fault.OperatorDown, 0.3):
                world.Chance.OneOf(world.Telcos).DownUntil = world.Scheduler.Now + world.Chance.Between(1, 80);
                break;
            case 5 when silo is not null && world.Faults.Happens(Fault.OwnersDiffer, 1):
                // Somebody is thought to have come or gone, or it was heard late.
                Tell(silo, world.Chance.Next(2) == 0 ? Living(world) : silo.Members.Without(world.Chance.Next(silos)).With(silo.Number));
                break;
            default:
                gateway.Members = world.Chance.Next(3) == 0 ? Whole : Living(world);
                break;
        }
    }

    private void Crash(Silo silo)
    {
        if (world.Trace.IsOn) world.Trace.Note($"{silo} dies");
        world.Kill(silo);
        foreach (var other in world.Living) world.Scheduler.After(world.Chance.Between(0, 6), other, () => Tell(other, Living(world)));
        world.Scheduler.After(world.Chance.Between(0.1, 8), null, () =>
        {
            if (world.Living.Any(living => living.Number == silo.Number)) return;
            world.StartSilo(silo.Number, world.Chance.Next(3) == 0 ? Whole : Living(world).With(silo.Number));
            foreach (var other in world.Living) world.Scheduler.After(world.Chance.Between(0, 3), other, () => Tell(other, Living(world)));
        });
    }

    private void Tell(Silo silo, Members members)
    {
        if (silo.IsDead || members == silo.Members) return;
        world.Scheduler.Soon(silo, () => silo.Learn(members.With(silo.Number)));
    }

    private static Members Living(World world) => world.Living.Aggregate(Members.None, (members, silo) => members.With(silo.Number));
}
