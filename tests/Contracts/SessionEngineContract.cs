using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>An engine with the simulated operators behind it, a store, and a clock that tests move.</summary>
public interface ISessionEngineFixture : IAsyncLifetime
{
    /// <summary>What the engine must offer.</summary>
    static QosProfileCatalog Profiles { get; } = new([new QosProfile { Name = "QOS_E" }, new QosProfile { Name = "GERMAN", Operators = ["o2-de"] }]);

    ISessionEngine Engine { get; }

    ManualTimeProvider Time { get; }

    /// <summary>In force from the next start.</summary>
    SessionPolicy Policy { get; set; }

    /// <summary>Every event handed to delivery so far, in that order.</summary>
    IReadOnlyList<QosStatusChanged> Events { get; }

    /// <summary>Whether the operator holds the session.</summary>
    bool OperatorHolds(SessionId id);

    /// <summary>Ends the engine without a goodbye and starts another on the same store and operators.</summary>
    Task CrashAndRestartAsync();
}

/// <summary>What every engine does, whatever it is built of.</summary>
public abstract class SessionEngineContract<TFixture> : IAsyncLifetime where TFixture : ISessionEngineFixture, new()
{
    protected static readonly Caller Alice = new("alice");
    protected static readonly Caller Bob = new("bob");

    protected static readonly TimeSpan Retention = TimeSpan.FromSeconds(360);
    protected static readonly ExtensionLimit OneDayRemaining = new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1));

    protected TFixture Fixture { get; } = new();

    protected ISessionEngine Engine => Fixture.Engine;

    protected ManualTimeProvider Time => Fixture.Time;

    public ValueTask InitializeAsync() => Fixture.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Fixture.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static CreateSession Request(string phone, int seconds = 300, string server = "0.0.0.0/0", Caller? caller = null) => new()
    {
        Caller = caller ?? Alice,
        Surface = "test",
        Device = new Device { PhoneNumber = phone },
        ApplicationServer = new ApplicationServer(server, null),
        QosProfile = "QOS_E",
        Duration = TimeSpan.FromSeconds(seconds),
        Sink = new Sink(new Uri("https://sink.example/events"), null),
    };

    protected async Task<QosSession> CreatedAsync(CreateSession request)
    {
        var result = await Engine.CreateSessionAsync(request, default);
        Assert.Null(result.Error);
        return result.Session!;
    }

    protected async Task RefusedAsync(SessionErrorCode code, CreateSession request) =>
        Assert.Equal(code, (await Engine.CreateSessionAsync(request, default)).Error?.Code);

    /// <summary>Creates, and lets the create wait run out: one second later the answer is REQUESTED.</summary>
    protected async Task<QosSession> RequestedAfterWaitAsync(CreateSession request)
    {
        var create = Engine.CreateSessionAsync(request, default);
        await Task.WhenAny(create, Time.TimerSetAsync(TimeSpan.FromSeconds(1)));
        Time.Advance(TimeSpan.FromSeconds(1));
        var session = (await create).Session;
        Assert.Equal(QosStatus.Requested, session?.Status);
        return session!;
    }

    /// <summary>Moves the clock on until the condition holds.</summary>
    protected Task WhileTimeGoesByAsync(Func<bool> until, TimeSpan step) => Eventually.IsTrueAsync(() =>
    {
        if (until()) return true;
        Time.Advance(step);
        return false;
    });

    protected async Task<QosSession> FoundAsync(SessionId id)
    {
        var result = await Engine.GetSessionAsync(id, Alice, default);
        Assert.Null(result.Error);
        return result.Session!;
    }

    protected Task GoneAsync(SessionId id) => Eventually.IsTrueAsync(async () =>
        (await Engine.GetSessionAsync(id, Alice, default)).Error?.Code == SessionErrorCode.NotFound);

    protected async Task<QosStatusChanged> EventAsync(SessionId id, int sequence)
    {
        await Eventually.IsTrueAsync(() => EventsOf(id).Count >= sequence);
        var change = EventsOf(id)[sequence - 1];
        Assert.Equal(sequence, change.Sequence);
        return change;
    }

    protected List<QosStatusChanged> EventsOf(SessionId id) => [.. Fixture.Events.Where(change => change.SessionId == id)];
}
