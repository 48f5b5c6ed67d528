using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Engine.Tests;

public sealed class DeviceAdmissionTests : IDisposable
{
    private static readonly DeviceKey Device = Sample.NewDevice();

    private readonly World world = new(new EngineOptions { MailboxCapacity = 2 });
    private readonly DeviceAdmission admission;
    private int left;

    public DeviceAdmissionTests() => admission = NewAdmission();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task Of_two_sessions_on_one_flow_the_first_is_admitted()
    {
        var first = Session();
        Assert.Equal(AdmissionOutcome.Admitted, await admission.AdmitAsync(first, DateTimeOffset.MaxValue));
        Assert.Equal(AdmissionOutcome.Conflict, await admission.AdmitAsync(Session(), DateTimeOffset.MaxValue));
        Assert.Equal(AdmissionOutcome.Exists, await admission.AdmitAsync(first, DateTimeOffset.MaxValue));
        Assert.Equal(first, await world.Memory.ReadAsync(first.Id));
    }

    [Fact]
    public async Task What_another_owner_admitted_meanwhile_is_found_by_the_fence()
    {
        var elsewhere = NewAdmission();
        Assert.Equal(AdmissionOutcome.Admitted, await admission.AdmitAsync(Session("198.18.0.1"), DateTimeOffset.MaxValue));

        Assert.Equal(AdmissionOutcome.Admitted, await elsewhere.AdmitAsync(Session("198.18.0.2"), DateTimeOffset.MaxValue));
        Assert.Equal(AdmissionOutcome.Conflict, await admission.AdmitAsync(Session("198.18.0.2"), DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task What_memory_thinks_held_is_asked_for_before_a_client_is_refused()
    {
        var first = Session();
        await admission.AdmitAsync(first, DateTimeOffset.MaxValue);
        await world.Memory.CommitAsync(first.Gone().Silent());

        Assert.Equal(AdmissionOutcome.Admitted, await admission.AdmitAsync(Session(), DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task More_creates_than_may_wait_for_a_device_are_refused_and_the_others_are_admitted_one_after_the_other()
    {
        world.Store.Close();
        var all = Enumerable.Range(1, 4).Select(n => admission.AdmitAsync(Session($"198.18.0.{n}"), DateTimeOffset.MaxValue)).ToArray();

        Assert.True(all[3].IsCompleted);
        Assert.Equal(AdmissionOutcome.Contended, await all[3]);
        Assert.Equal(1, world.Store.Waiting);
        Assert.Equal(4 - 1, world.InFlight.Count);

        world.Store.Open();
        Assert.All(await Task.WhenAll(all[..3]), outcome => Assert.Equal(AdmissionOutcome.Admitted, outcome));
        Assert.Equal(0, world.InFlight.Count);
    }

    [Fact]
    public async Task A_device_that_was_never_heard_of_is_not_kept_and_one_that_comes_again_is()
    {
        await admission.AdmitAsync(Session("198.18.0.1"), DateTimeOffset.MaxValue);
        Assert.Equal(1, left);

        await admission.AdmitAsync(Session("198.18.0.2"), DateTimeOffset.MaxValue);
        Assert.Equal(1, left);
    }

    [Fact]
    public async Task A_create_that_nobody_waits_for_any_more_admits_nothing()
    {
        var late = Session();
        var now = world.Time.GetUtcNow();

        Assert.Equal(AdmissionOutcome.StoreUnavailable, await admission.AdmitAsync(late, now.AddMilliseconds(-1)));
        Assert.Null(await world.Memory.ReadAsync(late.Id));
        Assert.Equal(AdmissionOutcome.Admitted, await admission.AdmitAsync(late, now));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_said_so_and_memory_is_given_up()
    {
        world.Store.Broken = new StoreUnavailableException("Away.");

        Assert.Equal(AdmissionOutcome.StoreUnavailable, await admission.AdmitAsync(Session(), DateTimeOffset.MaxValue));
        Assert.Equal(1, left);
    }

    private DeviceAdmission NewAdmission() => new(Device, world.Services, () => left++);

    private QosSession Session(string server = "0.0.0.0/0")
    {
        var session = Sample.Requested(Device);
        var terms = session.Terms with { ApplicationServer = new ApplicationServer(server, null), ApplicationServerPorts = null };
        return session with { Terms = terms with { CreatedAt = world.Time.GetUtcNow() } };
    }
}
