using System.Reflection;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Abstractions;

namespace QodOrleans.Grains.Tests.Sessions;

/// <summary>An attempt to extend a session is repeated where it had no answer. Whether the first one was done is told by the session's duration, which another
/// extension changes too.</summary>
public sealed class RepeatedExtensionTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("alice");

    private readonly ClusterOverMemory fixture = new();

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task A_rejected_attempt_was_not_done_and_another_extension_is_not_taken_for_it()
    {
        var session = await CreatedAsync(seconds: 60);
        OfTheFirstAttempt(async _ =>
        {
            Assert.Null((await ExtendAsync(session, seconds: 20)).Error);
            throw Rejection();
        });

        Assert.Equal(TimeSpan.FromSeconds(90), (await ExtendAsync(session, seconds: 10)).Session?.Duration);
        Assert.Equal(TimeSpan.FromSeconds(90), (await fixture.Store.ReadAsync(session.Id))?.Duration);
    }

    [Theory]
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(SiloUnavailableException))]
    public async Task An_attempt_that_was_done_and_had_no_answer_is_not_done_again(Type silence)
    {
        var session = await CreatedAsync(seconds: 60);
        OfTheFirstAttempt(async call =>
        {
            await call.Invoke();
            throw (Exception)Activator.CreateInstance(silence)!;
        });

        Assert.Equal(TimeSpan.FromSeconds(70), (await ExtendAsync(session, seconds: 10)).Session?.Duration);
        Assert.Equal(TimeSpan.FromSeconds(70), (await fixture.Store.ReadAsync(session.Id))?.Duration);
    }

    /// <summary>What becomes of the next call to extend. Later ones go through.</summary>
    private void OfTheFirstAttempt(Func<IOutgoingGrainCallContext, Task> first)
    {
        var attempts = 0;
        fixture.WhenCalled = call =>
            call.MethodName == nameof(IQosSessionGrain.ExtendAsync) && Interlocked.Increment(ref attempts) == 1 ? first(call) : call.Invoke();
    }

    /// <summary>As the runtime makes it for a message that it could not deliver.</summary>
    private static Exception Rejection() => (Exception)Activator.CreateInstance(
        typeof(OrleansMessageRejectionException), BindingFlags.Instance | BindingFlags.NonPublic, binder: null, ["Not delivered."], culture: null)!;

    private async Task<QosSession> CreatedAsync(int seconds)
    {
        var request = new CreateSession
        {
            Caller = Alice,
            Surface = "test",
            Device = new Device { PhoneNumber = "+34600000001" },
            ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
            QosProfile = "QOS_E",
            Duration = TimeSpan.FromSeconds(seconds),
        };
        return (await fixture.Engine.CreateSessionAsync(request, default)).Session!;
    }

    private Task<SessionResult> ExtendAsync(QosSession session, int seconds) => fixture.Engine.ExtendQosSessionDurationAsync(
        session.Id, Alice, TimeSpan.FromSeconds(seconds), new ExtensionLimit.OverallAtMost(TimeSpan.FromDays(1)), default);
}
