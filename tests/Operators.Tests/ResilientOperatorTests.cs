using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Contracts;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Operators.Resilience;
using QodOrleans.TestSupport;
using static QodOrleans.Core.Operators.OperatorOutcomeKind;

namespace QodOrleans.Operators.Tests;

public sealed class ResilientOperatorTests : IDisposable
{
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTimeProvider time = new();
    private readonly OperatorSession session = OperatorSessions.For("tel:+34600000001");

    // -- Retries ----------------------------------------------------------------------------------------------------------------------

    [Fact]
    public async Task An_unreachable_operator_is_tried_twice_more()
    {
        var inner = new ScriptedOperator("down", _ => OperatorOutcome.Unreachable());
        using var resilient = Resilient(inner);

        Assert.Equal(Unreachable, (await DriveAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(3, inner.Attempts);
    }

    [Fact]
    public async Task An_operator_that_comes_back_answers_the_retry()
    {
        var inner = new ScriptedOperator("back", attempt => attempt < 3 ? OperatorOutcome.Unreachable() : OperatorOutcome.Accepted("ref-1"));
        using var resilient = Resilient(inner);

        Assert.Equal(OperatorOutcome.Accepted("ref-1"), await DriveAsync(resilient.CreateAsync(session, default)));
    }

    [Fact]
    public async Task An_identification_has_the_same_limits_and_brings_its_answer_through_them()
    {
        var device = new Device { PhoneNumber = "+34600000001" };
        var back = new ScriptedOperator("back", attempt => attempt < 3 ? OperatorOutcome.Unreachable() : OperatorOutcome.Accepted());
        using var resilient = Resilient(back);
        Assert.Equal(new OperatorIdentity(Accepted, "+34600000001"), await DriveAsync(resilient.IdentifyAsync(device, default)));
        Assert.Equal(3, back.Attempts);

        using var silent = Resilient(new ScriptedOperator("silent", (_, cancellation) => ScriptedOperator.SilenceAsync(cancellation)));
        Assert.Equal(new OperatorIdentity(Unknown), await DriveAsync(silent.IdentifyAsync(device, default)));

        using var broken = Resilient(new ScriptedOperator("broken", (_, _) => throw new InvalidOperationException()));
        Assert.Equal(new OperatorIdentity(Unknown), await DriveAsync(broken.IdentifyAsync(device, default)));

        using var cut = Resilient(new ScriptedOperator("cut", (_, _) => throw new SocketException((int)SocketError.ConnectionRefused)));
        Assert.Equal(new OperatorIdentity(Unreachable), await DriveAsync(cut.IdentifyAsync(device, default)));
    }

    [Theory]
    [InlineData(Accepted)]
    [InlineData(Pending)]
    [InlineData(Refused)]
    [InlineData(UnknownSubscriber)]
    [InlineData(Absent)]
    [InlineData(Terminated)]
    [InlineData(Unknown)]
    public async Task Nothing_but_unreachable_is_retried(OperatorOutcomeKind kind)
    {
        var inner = new ScriptedOperator("once", _ => new OperatorOutcome(kind));
        using var resilient = Resilient(inner);

        Assert.Equal(kind, (await DriveAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(1, inner.Attempts);
    }

    [Fact]
    public async Task Retries_pause_as_configured_and_not_longer()
    {
        var start = time.GetUtcNow();
        var inner = new ScriptedOperator("down", _ => OperatorOutcome.Unreachable());
        using var resilient = Resilient(inner, new ResilienceOptions { RetryDelay = TimeSpan.FromMilliseconds(100) });

        await DriveAsync(resilient.DeleteAsync(session, default));

        // Exponential with jitter: both pauses together stay under three first ones, and so within the client's wait of a second.
        Assert.InRange(time.GetUtcNow() - start, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(310));
    }

    // -- Deadlines --------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create", 8)]
    [InlineData("extend", 3)]
    [InlineData("delete", 3)]
    [InlineData("look up", 3)]
    public async Task Silence_is_unknown_when_its_deadline_comes_and_not_before(string operation, int seconds)
    {
        using var resilient = Resilient(new ScriptedOperator("silent", (_, cancellation) => ScriptedOperator.SilenceAsync(cancellation)));
        Func<OperatorSession, CancellationToken, ValueTask<OperatorOutcome>> operationOf = operation switch
        {
            "create" => resilient.CreateAsync,
            "extend" => resilient.ExtendAsync,
            "delete" => resilient.DeleteAsync,
            _ => resilient.LookUpAsync,
        };
        var call = operationOf(session, default).AsTask();

        time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(Unknown, (await call.WaitAsync(Promptly, TimeProvider.System)).Kind);
    }

    [Fact]
    public async Task A_deadline_that_comes_between_two_attempts_leaves_the_operator_unreachable_because_nothing_was_sent()
    {
        var inner = new ScriptedOperator("down", _ => OperatorOutcome.Unreachable());
        using var resilient = Resilient(inner, new ResilienceOptions { RetryDelay = TimeSpan.FromSeconds(600), CreateDeadline = TimeSpan.FromSeconds(1) });

        var create = resilient.CreateAsync(session, default).AsTask();
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Unreachable, (await create.WaitAsync(Promptly, TimeProvider.System)).Kind);
        Assert.Equal(1, inner.Attempts);
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_an_unknown_outcome_even_between_two_attempts()
    {
        using var resilient = Resilient(new ScriptedOperator("down", _ => OperatorOutcome.Unreachable()));
        using var cancellation = new CancellationTokenSource();

        var create = resilient.CreateAsync(session, cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        Assert.Equal(Unknown, (await create.WaitAsync(Promptly, TimeProvider.System)).Kind);
    }

    // -- Exceptions -------------------------------------------------------------------------------------------------------------------

    public static TheoryData<Exception, OperatorOutcomeKind> Exceptions => new()
    {
        { new HttpRequestException(HttpRequestError.ConnectionError, "refused", new SocketException((int)SocketError.ConnectionRefused)), Unreachable },
        { new HttpRequestException(HttpRequestError.NameResolutionError, "no such host"), Unreachable },
        { new HttpRequestException(HttpRequestError.SecureConnectionError, "certificate"), Unreachable },
        { new SocketException((int)SocketError.ConnectionRefused), Unreachable },
        { new HttpRequestException(HttpRequestError.ResponseEnded, "closed while reading"), Unknown },
        { new HttpRequestException("whatever"), Unknown },
        { new SocketException((int)SocketError.ConnectionReset), Unknown },
        { new IOException("broken pipe"), Unknown },
        { new TimeoutException(), Unknown },
        { new TaskCanceledException("HttpClient.Timeout"), Unknown },
        { new InvalidOperationException("a bug"), Unknown },
    };

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public async Task An_exception_is_unreachable_only_if_nothing_was_sent(Exception exception, OperatorOutcomeKind kind)
    {
        var inner = new ScriptedOperator("throws", (_, _) => throw exception);
        using var resilient = Resilient(inner);

        Assert.Equal(kind, (await DriveAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(kind == Unreachable ? 3 : 1, inner.Attempts);
    }

    // -- Breaker ----------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(Unreachable)]
    [InlineData(Unknown)]
    public async Task The_breaker_opens_after_enough_silence_and_closes_when_the_operator_answers_again(OperatorOutcomeKind silence)
    {
        var log = new RecordedLog<ResilientOperator>();
        var isUp = false;
        var inner = new ScriptedOperator("flaky", _ => isUp ? OperatorOutcome.Accepted() : new OperatorOutcome(silence));
        using var resilient = Resilient(inner, new ResilienceOptions { Retries = 0 }, log);

        for (var call = 0; call < 50; call++) Assert.Equal(silence, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(50, inner.Attempts);
        Assert.Equal([3000], log.Ids);

        isUp = true;
        Assert.Equal(OperatorOutcome.Unreachable("breaker open"), await AnsweredAsync(resilient.CreateAsync(session, default)));
        Assert.Equal(OperatorOutcome.Unreachable("breaker open"), await AnsweredAsync(resilient.DeleteAsync(session, default)));
        Assert.Equal(50, inner.Attempts);

        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.DeleteAsync(session, default))).Kind);
        Assert.Equal([3000, 3001], log.Ids);
    }

    [Fact]
    public async Task Someone_who_plays_with_an_unreachable_number_does_not_shut_the_operator_for_others()
    {
        var inner = new ScriptedOperator("shared", attempt => attempt % 5 is 1 or 2 or 3 ? OperatorOutcome.Unreachable() : OperatorOutcome.Accepted());
        using var resilient = Resilient(inner, new ResilienceOptions { Retries = 0 });

        for (var call = 1; call <= 1000; call++)
            Assert.Equal(call % 5 is 1 or 2 or 3 ? Unreachable : Accepted, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(1000, inner.Attempts);
    }

    [Fact]
    public async Task Three_attempts_of_one_call_count_once()
    {
        var log = new RecordedLog<ResilientOperator>();
        using var resilient = Resilient(
            new ScriptedOperator("down", _ => OperatorOutcome.Unreachable()),
            new ResilienceOptions { BreakerWindow = TimeSpan.FromMinutes(10) }, log);

        for (var call = 0; call < 49; call++) await DriveAsync(resilient.CreateAsync(session, default));
        Assert.Empty(log.Ids);
        await DriveAsync(resilient.CreateAsync(session, default));
        Assert.Equal([3000], log.Ids);
    }

    [Fact]
    public async Task Refusals_never_open_the_breaker()
    {
        var inner = new ScriptedOperator("strict", _ => OperatorOutcome.Refused());
        using var resilient = Resilient(inner);

        for (var call = 0; call < 200; call++) Assert.Equal(Refused, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(200, inner.Attempts);
    }

    [Fact]
    public async Task Callers_that_go_away_never_open_the_breaker()
    {
        var inner = new ScriptedOperator("slow", (attempt, cancellation) =>
            attempt <= 100 ? ScriptedOperator.SilenceAsync(cancellation) : new(OperatorOutcome.Accepted()));
        using var resilient = Resilient(inner);

        for (var call = 0; call < 100; call++)
        {
            using var cancellation = new CancellationTokenSource();
            var extend = resilient.ExtendAsync(session, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            Assert.Equal(Unknown, (await extend.WaitAsync(Promptly, TimeProvider.System)).Kind);
        }
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
    }

    // -- Queue ------------------------------------------------------------------------------------------------------------------------

    [Fact]
    public async Task What_is_too_much_is_answered_busy_at_once_and_what_waited_gets_its_turn()
    {
        var gate = new TaskCompletionSource<OperatorOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var inner = new ScriptedOperator("narrow", (_, _) => new(gate.Task));
        using var resilient = Resilient(inner, new ResilienceOptions { ConcurrentCalls = 2, QueuedCalls = 3 });

        var calls = Enumerable.Range(0, 5).Select(_ => resilient.CreateAsync(session, default).AsTask()).ToArray();
        Assert.Equal(2, inner.Attempts);
        Assert.Equal(OperatorOutcome.Unreachable("busy"), await AnsweredAsync(resilient.CreateAsync(session, default)));

        gate.SetResult(OperatorOutcome.Accepted());
        Assert.All(await Task.WhenAll(calls).WaitAsync(Promptly, TimeProvider.System), outcome => Assert.Equal(Accepted, outcome.Kind));
        Assert.Equal(5, inner.Attempts);
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
    }

    [Fact]
    public async Task A_call_that_waits_past_its_deadline_was_never_sent()
    {
        var inner = new ScriptedOperator("narrow", (_, cancellation) => ScriptedOperator.SilenceAsync(cancellation));
        using var resilient = Resilient(inner, new ResilienceOptions { ConcurrentCalls = 1, CreateDeadline = TimeSpan.FromSeconds(8), CallDeadline = TimeSpan.FromSeconds(3) });

        var create = resilient.CreateAsync(session, default).AsTask();
        var queued = resilient.LookUpAsync(session, default).AsTask();
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(Unreachable, (await queued.WaitAsync(Promptly, TimeProvider.System)).Kind);
        Assert.False(create.IsCompleted);
        Assert.Equal(1, inner.Attempts);
    }

    [Fact]
    public async Task Overload_never_opens_the_breaker()
    {
        var log = new RecordedLog<ResilientOperator>();
        var gate = new TaskCompletionSource<OperatorOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var resilient = Resilient(
            new ScriptedOperator("narrow", (_, _) => new(gate.Task)), new ResilienceOptions { ConcurrentCalls = 1, QueuedCalls = 0, Retries = 0 }, log);
        var first = resilient.CreateAsync(session, default).AsTask();

        for (var call = 0; call < 200; call++) Assert.Equal(Unreachable, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
        gate.SetResult(OperatorOutcome.Accepted());

        Assert.Equal(Accepted, (await first.WaitAsync(Promptly, TimeProvider.System)).Kind);
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Empty(log.Ids);
    }

    [Fact]
    public async Task One_slow_operator_never_slows_another()
    {
        var options = new ResilienceOptions { ConcurrentCalls = 4, QueuedCalls = 4 };
        using var slow = Resilient(new ScriptedOperator("slow", (_, cancellation) => ScriptedOperator.SilenceAsync(cancellation)), options);
        using var fast = Resilient(new ScriptedOperator("fast", _ => OperatorOutcome.Accepted()), options);
        var stuck = Enumerable.Range(0, 100).Select(_ => slow.CreateAsync(session, default).AsTask()).ToArray();
        Assert.Equal(8, stuck.Count(call => !call.IsCompleted));

        for (var call = 0; call < 100; call++)
        {
            var create = fast.CreateAsync(session, default);
            Assert.True(create.IsCompleted);
            Assert.Equal(Accepted, (await create).Kind);
        }
    }

    // -- An operator that says "not now" -----------------------------------------------------------------------------------------------

    [Fact]
    public async Task An_operator_that_says_when_to_come_again_is_not_called_before()
    {
        var inner = new ScriptedOperator("throttled", attempt =>
            attempt == 1 ? OperatorOutcome.Unreachable("429", TimeSpan.FromSeconds(5)) : OperatorOutcome.Accepted());
        using var resilient = Resilient(inner);

        Assert.Equal(OperatorOutcome.Unreachable("429", TimeSpan.FromSeconds(5)), await AnsweredAsync(resilient.CreateAsync(session, default)));
        Assert.Equal(OperatorOutcome.Unreachable("rate limit"), await AnsweredAsync(resilient.DeleteAsync(session, default)));
        Assert.Equal(1, inner.Attempts);

        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.DeleteAsync(session, default))).Kind);
    }

    [Fact]
    public async Task That_holds_for_an_identification_too()
    {
        var inner = new ScriptedOperator("throttled", _ => OperatorOutcome.Unreachable("429", TimeSpan.FromSeconds(5)));
        using var resilient = Resilient(inner);

        Assert.Equal(Unreachable, (await DriveAsync(resilient.IdentifyAsync(new Device { PhoneNumber = "+34600000001" }, default))).Kind);
        Assert.Equal(Unreachable, (await AnsweredAsync(resilient.CreateAsync(session, default))).Kind);
        Assert.Equal(1, inner.Attempts);
    }

    [Fact]
    public async Task It_never_opens_the_breaker()
    {
        var log = new RecordedLog<ResilientOperator>();
        var inner = new ScriptedOperator("throttled", _ => OperatorOutcome.Unreachable("429", TimeSpan.FromMilliseconds(1)));
        using var resilient = Resilient(inner, log: log);

        for (var call = 0; call < 200; call++)
        {
            Assert.Equal("429", (await AnsweredAsync(resilient.CreateAsync(session, default))).Detail);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Empty(log.Ids);
        Assert.Equal(new OperatorUsage(Peak: 1, Calls: 200, Unanswered: 0), resilient.TakeUsage());
    }

    // -- Steered from outside ---------------------------------------------------------------------------------------------------------

    [Fact]
    public async Task An_isolated_operator_is_not_called_not_even_by_those_who_wait_until_the_isolation_ends()
    {
        var log = new RecordedLog<ResilientOperator>();
        var answer = new TaskCompletionSource<OperatorOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var inner = new ScriptedOperator("isolated", (_, _) => new(answer.Task));
        using var resilient = Resilient(inner, new ResilienceOptions { ConcurrentCalls = 1 }, log);
        var underWay = resilient.CreateAsync(session, default).AsTask();
        var waiting = resilient.DeleteAsync(session, default).AsTask();

        resilient.Isolate("switched off");

        Assert.Equal(OperatorOutcome.Unreachable("switched off"), await AnsweredAsync(resilient.DeleteAsync(session, default)));
        answer.SetResult(OperatorOutcome.Accepted());
        Assert.Equal(Accepted, (await underWay.WaitAsync(Promptly, TimeProvider.System)).Kind);
        Assert.Equal(OperatorOutcome.Unreachable("switched off"), await waiting.WaitAsync(Promptly, TimeProvider.System));
        Assert.Equal(1, inner.Attempts);

        resilient.Isolate("breaker open");
        Assert.Equal(OperatorOutcome.Unreachable("breaker open"), await AnsweredAsync(resilient.LookUpAsync(session, default)));
        resilient.Close();
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.DeleteAsync(session, default))).Kind);
        Assert.Empty(log.Ids);
    }

    [Fact]
    public async Task A_breaker_that_opened_by_itself_is_not_closed_from_outside()
    {
        var inner = new ScriptedOperator("down", _ => OperatorOutcome.Unreachable());
        using var resilient = Resilient(inner, new ResilienceOptions { Retries = 0 });
        for (var call = 0; call < 50; call++) await AnsweredAsync(resilient.CreateAsync(session, default));

        resilient.Close();

        Assert.Equal(OperatorOutcome.Unreachable("breaker open"), await AnsweredAsync(resilient.CreateAsync(session, default)));
    }

    [Fact]
    public async Task In_maintenance_no_session_is_made_but_those_that_exist_are_looked_after()
    {
        var inner = new ScriptedOperator("draining", _ => OperatorOutcome.Accepted());
        using var resilient = Resilient(inner);
        resilient.IsDraining = true;

        Assert.Equal(OperatorOutcome.Unreachable("draining"), await AnsweredAsync(resilient.CreateAsync(session, default)));
        Assert.Equal(new OperatorIdentity(Unreachable), await resilient.IdentifyAsync(new Device { PhoneNumber = "+34600000001" }, default));
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.ExtendAsync(session, default))).Kind);
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.DeleteAsync(session, default))).Kind);
        Assert.Equal(Accepted, (await AnsweredAsync(resilient.LookUpAsync(session, default))).Kind);
    }

    [Fact]
    public async Task What_an_operator_was_asked_is_told_once_and_what_it_was_not_asked_is_not()
    {
        var inner = new ScriptedOperator(
            "used", attempt => attempt switch { 1 => OperatorOutcome.Unknown(), <= 4 => OperatorOutcome.Unreachable(), _ => OperatorOutcome.Refused() });
        using var resilient = Resilient(inner);
        await DriveAsync(resilient.CreateAsync(session, default));
        await DriveAsync(resilient.CreateAsync(session, default));
        await DriveAsync(resilient.CreateAsync(session, default));
        resilient.Isolate("switched off");
        await AnsweredAsync(resilient.CreateAsync(session, default));

        Assert.Equal(new OperatorUsage(Peak: 1, Calls: 3, Unanswered: 2), resilient.TakeUsage());
        Assert.Equal(default, resilient.TakeUsage());
    }

    // -- Telemetry --------------------------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Every_call_is_counted_and_timed_once_by_its_outcome()
    {
        var seen = new List<(string Instrument, double Value, string? Operation, string? Outcome)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                // Of this test's host alone: hosts in one process do not share a meter.
                if (instrument.Meter.Scope == Meters) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value?.ToString());
            Assert.Equal("counted", values["qod.operator"]);
            seen.Add((instrument.Name, value, values["qod.operation"], values["qod.outcome"]));
        }
        using var resilient = Resilient(new ScriptedOperator("counted", (_, cancellation) => ScriptedOperator.SilenceAsync(cancellation)));

        var lookUp = resilient.LookUpAsync(session, default).AsTask();
        time.Advance(TimeSpan.FromSeconds(3));
        await lookUp.WaitAsync(Promptly, TimeProvider.System);

        Assert.Equal([("qod.operator.calls", 1, "look_up", "unknown"), ("qod.operator.latency", 3, "look_up", "unknown")], seen);
    }

    [Fact]
    public async Task A_call_is_a_span_without_personal_data()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "QodOrleans.Operators",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("qod.operator"), "traced")) spans.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var resilient = Resilient(new ScriptedOperator("traced", _ => OperatorOutcome.Unknown("broken")));

        await DriveAsync(resilient.CreateAsync(session, default));

        var span = Assert.Single(spans);
        Assert.Equal("operator create", span.OperationName);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("unknown", span.GetTagItem("qod.outcome"));
        Assert.Equal(session.Id.ToString(), span.GetTagItem("qod.session.id"));
        Assert.Equal("correlator-1", span.GetTagItem("qod.correlator"));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("600000001", StringComparison.Ordinal) == true);
    }

    public void Dispose() => services.Dispose();

    // -- Helpers ----------------------------------------------------------------------------------------------------------------------

    private IMeterFactory Meters => services.GetRequiredService<IMeterFactory>();

    private ResilientOperator Resilient(IOperatorAdapter inner, ResilienceOptions? options = null, ILogger<ResilientOperator>? log = null) =>
        new(inner, options ?? new ResilienceOptions(), new OperatorMetrics(Meters), time, log ?? NullLogger<ResilientOperator>.Instance);

    /// <summary>Waits for an answer that needs no time to pass. It may come from another thread: the breaker tells of itself on one.</summary>
    private static Task<OperatorOutcome> AnsweredAsync(ValueTask<OperatorOutcome> call) => call.AsTask().WaitAsync(Promptly, TimeProvider.System);

    /// <summary>Lets time pass, a millisecond at a time, until the call ends.</summary>
    private async Task<T> DriveAsync<T>(ValueTask<T> call)
    {
        var task = call.AsTask();
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }
        return await task;
    }
}
