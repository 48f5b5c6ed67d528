using System.Net;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Contracts;

/// <summary>An adapter, and the operator behind it.</summary>
public interface IOperatorAdapterFixture : IAsyncLifetime
{
    IOperatorAdapter Adapter { get; }

    /// <summary>Whose sessions the operator accepts at once.</summary>
    string Accepted { get; }

    /// <summary>Whose creates the operator carries out, but never answers.</summary>
    string Silent { get; }

    /// <summary>Whom the operator does not know.</summary>
    string Stranger { get; }

    /// <summary>What the operator really holds, read behind the adapter's back.</summary>
    IReadOnlyCollection<SessionId> Held { get; }
}

/// <summary>Sessions as an engine tells an operator of them.</summary>
public static class OperatorSessions
{
    public static OperatorSession For(string subscriber, string profile = "QOS_E") => new(
        new SessionId(Guid.CreateVersion7()), subscriber, new Device { PhoneNumber = subscriber.Replace("tel:", "", StringComparison.Ordinal) },
        new ApplicationServer(IPAddress.Any + "/0", Ipv6Address: null), DevicePorts: null, ApplicationServerPorts: null,
        profile, TimeSpan.FromSeconds(300), Reference: null, Correlator: "correlator-1");
}

/// <summary>What every adapter does, whatever the operator behind it speaks.</summary>
public abstract class OperatorAdapterContract<TFixture> : IAsyncLifetime where TFixture : IOperatorAdapterFixture, new()
{
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(10);

    private readonly TFixture fixture = new();

    private IOperatorAdapter Adapter => fixture.Adapter;

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await fixture.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_accepted_session_is_held_and_can_be_looked_up()
    {
        var session = await CreatedAsync();

        Assert.Equal([session.Id], fixture.Held);
        if (Adapter.Capabilities.CanLookUp) Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.LookUpAsync(session, default)).Kind);
    }

    [Fact]
    public async Task A_repeated_create_is_answered_alike_and_makes_no_second_session()
    {
        var session = OperatorSessions.For(fixture.Accepted);

        var first = await Adapter.CreateAsync(session, default);
        var second = await Adapter.CreateAsync(session, default);

        Assert.Equal(first, second);
        Assert.Equal([session.Id], fixture.Held);
    }

    [Fact]
    public async Task A_deleted_session_is_gone()
    {
        var session = await CreatedAsync();

        Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.DeleteAsync(session, default)).Kind);

        Assert.Empty(fixture.Held);
        if (Adapter.Capabilities.CanLookUp) Assert.Equal(OperatorOutcomeKind.Absent, (await Adapter.LookUpAsync(session, default)).Kind);
    }

    [Fact]
    public async Task A_delete_can_be_repeated()
    {
        var session = await CreatedAsync();
        await Adapter.DeleteAsync(session, default);

        AssertGone(await Adapter.DeleteAsync(session, default));
    }

    [Fact]
    public async Task To_delete_what_never_was_is_no_failure() => AssertGone(await Adapter.DeleteAsync(OperatorSessions.For(fixture.Accepted), default));

    [Fact]
    public async Task A_delete_ends_one_session_and_no_other()
    {
        var stays = await CreatedAsync();
        var goes = await CreatedAsync();

        await Adapter.DeleteAsync(goes, default);

        Assert.Equal([stays.Id], fixture.Held);
    }

    [Fact]
    public async Task A_session_that_never_was_is_absent()
    {
        Assert.SkipUnless(Adapter.Capabilities.CanLookUp, "This operator cannot be asked.");
        Assert.Equal(OperatorOutcomeKind.Absent, (await Adapter.LookUpAsync(OperatorSessions.For(fixture.Accepted), default)).Kind);
    }

    [Fact]
    public async Task A_session_that_was_deleted_can_be_made_again_under_its_id()
    {
        var session = await CreatedAsync();
        await Adapter.DeleteAsync(session, default);

        Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.CreateAsync(session, default)).Kind);
        Assert.Equal([session.Id], fixture.Held);
    }

    [Fact]
    public async Task An_extension_is_accepted_twice_and_makes_no_second_session()
    {
        Assert.SkipUnless(Adapter.Capabilities.CanExtend, "This operator cannot extend.");
        var session = await CreatedAsync();
        var longer = session with { Duration = session.Duration * 2 };

        Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.ExtendAsync(longer, default)).Kind);
        Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.ExtendAsync(longer, default)).Kind);
        Assert.Equal([session.Id], fixture.Held);
    }

    [Fact]
    public async Task A_subscriber_the_operator_does_not_know_leaves_nothing_behind()
    {
        var session = OperatorSessions.For(fixture.Stranger);

        Assert.Equal(OperatorOutcomeKind.UnknownSubscriber, (await Adapter.CreateAsync(session, default)).Kind);

        Assert.Empty(fixture.Held);
        AssertGone(await Adapter.DeleteAsync(session, default));
    }

    [Fact]
    public async Task A_create_without_an_answer_ends_with_its_cancellation_as_unknown_and_can_be_released()
    {
        var session = OperatorSessions.For(fixture.Silent);
        using var cancellation = new CancellationTokenSource();
        var create = Adapter.CreateAsync(session, cancellation.Token).AsTask();
        Assert.False(create.IsCompleted);

        await cancellation.CancelAsync();

        Assert.Equal(OperatorOutcomeKind.Unknown, (await create.WaitAsync(Promptly, TimeProvider.System)).Kind);
        if (Adapter.Capabilities.CanLookUp) Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.LookUpAsync(session, default)).Kind);
        Assert.Equal([session.Id], fixture.Held);
        Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.DeleteAsync(session, default)).Kind);
        Assert.Empty(fixture.Held);
    }

    [Fact]
    public async Task A_create_that_was_cancelled_before_it_began_never_hides_a_session()
    {
        var session = OperatorSessions.For(fixture.Accepted);

        var outcome = await Adapter.CreateAsync(session, new CancellationToken(canceled: true));

        if (outcome.Kind == OperatorOutcomeKind.Unreachable) Assert.Empty(fixture.Held);
        else Assert.Contains(outcome.Kind, new[] { OperatorOutcomeKind.Accepted, OperatorOutcomeKind.Unknown });
    }

    [Fact]
    public async Task An_operator_tells_whose_a_number_is_and_knows_no_strangers()
    {
        Assert.SkipUnless(Adapter.Capabilities.CanIdentify, "This operator cannot identify.");

        Assert.Equal(new OperatorIdentity(OperatorOutcomeKind.Accepted, NumberOf(fixture.Accepted)), await IdentifyAsync(fixture.Accepted));
        Assert.Equal(OperatorOutcomeKind.UnknownSubscriber, (await IdentifyAsync(fixture.Stranger)).Kind);
        Assert.Empty(fixture.Held);
    }

    [Fact]
    public async Task Sessions_can_be_made_asked_for_and_deleted_all_at_once()
    {
        var sessions = Enumerable.Range(0, 200).Select(_ => OperatorSessions.For(fixture.Accepted)).ToArray();

        // Each create twice at the same time, as when an impatient engine and its successor both ask.
        var creates = await Task.WhenAll(sessions.Concat(sessions).Select(session => Task.Run(() => Adapter.CreateAsync(session, default).AsTask())));
        Assert.All(creates, outcome => Assert.Equal(OperatorOutcomeKind.Accepted, outcome.Kind));
        Assert.Equal(sessions.Select(session => session.Id).Order(ById), fixture.Held.Order(ById));

        var deletes = await Task.WhenAll(sessions.Concat(sessions).Select(session => Task.Run(() => Adapter.DeleteAsync(session, default).AsTask())));
        Assert.All(deletes, AssertGone);
        Assert.Empty(fixture.Held);
    }

    private static readonly Comparer<SessionId> ById = Comparer<SessionId>.Create((a, b) => a.Value.CompareTo(b.Value));

    private ValueTask<OperatorIdentity> IdentifyAsync(string subscriber) =>
        Adapter.IdentifyAsync(new Device { PhoneNumber = NumberOf(subscriber) }, default);

    private static string NumberOf(string subscriber) => subscriber.Replace("tel:", "", StringComparison.Ordinal);

    private static void AssertGone(OperatorOutcome outcome) =>
        Assert.Contains(outcome.Kind, new[] { OperatorOutcomeKind.Accepted, OperatorOutcomeKind.Absent });

    private async Task<OperatorSession> CreatedAsync()
    {
        var session = OperatorSessions.For(fixture.Accepted);
        Assert.Equal(OperatorOutcomeKind.Accepted, (await Adapter.CreateAsync(session, default)).Kind);
        return session;
    }
}
