using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Embedded.Tests;

/// <summary>The store changes behind the engine's back: a commit that a dead process left under way, a repair. Every session still ends by its time.</summary>
public sealed class AnotherHand
{
    private static readonly TimeSpan Window = new EmbeddedOptions().DueWindow;

    [Fact]
    public async Task A_session_moved_to_where_was_read_already_is_found()
    {
        await using var fixture = new MemoryEngineFixture();
        await fixture.InitializeAsync();
        var near = await CreateAsync(fixture, "+34600000001", Window / 2);
        var far = await CreateAsync(fixture, "+34600000002", 10 * Window);
        await fixture.CrashAndRestartAsync();
        await EndsAsync(fixture, near.Id);

        await MoveAsync(fixture, far, fixture.Time.GetUtcNow());

        await EndsAsync(fixture, far.Id);
    }

    [Fact]
    public async Task A_session_moved_on_while_it_waited_for_its_time_ends_at_the_new_one()
    {
        await using var fixture = new MemoryEngineFixture();
        await fixture.InitializeAsync();
        var session = await CreateAsync(fixture, "+34600000001", Window / 4);

        var end = await MoveAsync(fixture, session, session.ExpiresAt + (Window / 4));

        await EndsAsync(fixture, session.Id);
        Assert.InRange(fixture.Time.GetUtcNow(), end, end + (Window / 4));
    }

    private static async Task<QosSession> CreateAsync(MemoryEngineFixture fixture, string phone, TimeSpan duration)
    {
        var result = await fixture.Engine.CreateSessionAsync(
            new CreateSession
            {
                Caller = new Caller("alice"),
                Surface = "test",
                Device = new Device { PhoneNumber = phone },
                ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
                QosProfile = "QOS_E",
                Duration = duration,
                Sink = new Sink(new Uri("https://sink.example/"), null),
            },
            default);
        return result.Session!;
    }

    /// <returns>The new end.</returns>
    private static async Task<DateTimeOffset> MoveAsync(MemoryEngineFixture fixture, QosSession session, DateTimeOffset end)
    {
        var current = (await fixture.Durable.ReadAsync(session.Id))!;
        var moved = current with { Duration = end - current.StartedAt!.Value, DueAt = end, Version = current.Version + 1 };
        Assert.Equal(CommitStatus.Committed, (await fixture.Durable.CommitAsync(new SessionCommit(moved, null))).Status);
        return end;
    }

    private static Task EndsAsync(MemoryEngineFixture fixture, SessionId id) => Eventually.IsTrueAsync(() =>
    {
        if (!fixture.Events.Any(Ended)) fixture.Time.Advance(TimeSpan.FromSeconds(1));
        return fixture.Events.Any(Ended);

        bool Ended(Core.Notifications.QosStatusChanged change) => change.SessionId == id && change.Status == QosStatus.Unavailable;
    });
}
