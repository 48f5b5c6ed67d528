using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Timeout;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Operators.Resilience;

/// <summary>Any adapter, with a deadline, a place in the queue, a breaker and retries around it. One per operator: nothing in here is shared,
/// so a slow operator slows nobody else.</summary>
/// <remarks>
/// Whatever happens becomes an outcome, and an unsure one <see cref="OperatorOutcomeKind.Unknown"/>: only what certainly was
/// not sent counts as unreachable, and only that is retried.
/// <para>A cluster steers it from outside, by <see cref="Limiter"/>, <see cref="Isolate"/> and <see cref="IsDraining"/>. Without one, the configured limits
/// hold.</para>
/// </remarks>
public sealed class ResilientOperator : IOperatorAdapter, IDisposable
{
    private readonly IOperatorAdapter inner;
    private readonly OperatorMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger<ResilientOperator> log;
    private readonly CircuitBreakerManualControl breaker = new();
    private readonly ResiliencePipeline<OperatorOutcome> creates;
    private readonly ResiliencePipeline<OperatorOutcome> others;
    private readonly Lock gate = new();
    private volatile string? isolatedBecause;
    private volatile bool isDraining;
    private int calls;
    private int unanswered;

    public ResilientOperator(IOperatorAdapter inner, ResilienceOptions options, OperatorMetrics metrics, TimeProvider time, ILogger<ResilientOperator> log)
    {
        this.inner = inner;
        this.metrics = metrics;
        this.time = time;
        this.log = log;
        Limiter = new OperatorLimiter(options.ConcurrentCalls, options.QueuedCalls, time);
        var shared = SharedPipeline(options);
        creates = Within(options.CreateDeadline, shared);
        others = Within(options.CallDeadline, shared);
    }

    public OperatorId Id => inner.Id;

    public OperatorCapabilities Capabilities => inner.Capabilities;

    /// <summary>The adapter itself.</summary>
    public IOperatorAdapter Inner => inner;

    /// <summary>How many calls the operator gets; within the deadline of each, which counts while a call waits.</summary>
    public OperatorLimiter Limiter { get; }

    /// <summary>Maintenance: sessions are not made and devices not identified; what exists is looked after.</summary>
    public bool IsDraining
    {
        get => isDraining;
        set => isDraining = value;
    }

    /// <summary>Opens the breaker, until <see cref="Close"/>: the operator is not called at all, not even by calls that wait already.</summary>
    /// <param name="why">For the log.</param>
    public void Isolate(string why)
    {
        lock (gate)
        {
            var wasIsolated = isolatedBecause is not null;
            isolatedBecause = why;
            // The state changes within the call; what the task waits for is that the breaker has told of it.
            if (!wasIsolated) _ = breaker.IsolateAsync();
        }
    }

    /// <summary>Ends <see cref="Isolate"/>. The breaker that is not isolated decides for itself.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (isolatedBecause is null) return;
            _ = breaker.CloseAsync();
            isolatedBecause = null;
        }
    }

    /// <summary>What came of it since this was last asked.</summary>
    public OperatorUsage TakeUsage()
    {
        // In the order opposite to the counting: never more unanswered than there were.
        var silent = Interlocked.Exchange(ref unanswered, 0);
        return new OperatorUsage(Limiter.TakePeak(), Interlocked.Exchange(ref calls, 0), silent);
    }

    public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(OperatorOperation.Create, creates, session, question: null, cancellation);

    public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(OperatorOperation.Extend, others, session, question: null, cancellation);

    public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(OperatorOperation.Delete, others, session, question: null, cancellation);

    public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(OperatorOperation.LookUp, others, session, question: null, cancellation);

    public async ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation)
    {
        var question = new Question(device);
        var outcome = await CallAsync(OperatorOperation.Identify, others, session: null, question, cancellation);
        return outcome.Kind == OperatorOutcomeKind.Accepted ? question.Answer : new OperatorIdentity(outcome.Kind);
    }

    public void Dispose()
    {
        Limiter.Dispose();
        (inner as IDisposable)?.Dispose();
    }

    // -- The pipeline, outermost first --------------------------------------------------------------------------------------------------

    private ResiliencePipeline<OperatorOutcome> Within(TimeSpan deadline, ResiliencePipeline<OperatorOutcome> pipeline) =>
        new ResiliencePipelineBuilder<OperatorOutcome> { TimeProvider = time }
            .AddTimeout(deadline)
            .AddPipeline(pipeline)
            .Build();

    private ResiliencePipeline<OperatorOutcome> SharedPipeline(ResilienceOptions options)
    {
        var builder = new ResiliencePipelineBuilder<OperatorOutcome> { TimeProvider = time }
            // Around the breaker: that we ask too much at once says nothing about the operator.
            .AddRateLimiter(Limiter)
            // Around the retries: an open breaker is not worth a retry, and three attempts of one call count once.
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<OperatorOutcome>
            {
                ShouldHandle = static attempt => new(attempt.Outcome.Exception is null && OperatorTelemetry.IsNoAnswer(attempt.Outcome.Result)),
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimumCalls,
                SamplingDuration = options.BreakerWindow,
                BreakDuration = options.BreakDuration,
                ManualControl = breaker,
                // Who isolates the operator tells of it himself.
                OnOpened = opened =>
                {
                    if (!opened.IsManual) Log.BreakerOpened(log, Id, opened.BreakDuration);
                    return default;
                },
                OnClosed = closed =>
                {
                    if (!closed.IsManual) Log.BreakerClosed(log, Id);
                    return default;
                },
            });
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<OperatorOutcome>
            {
                // An operator that says when to come again is not asked before.
                ShouldHandle = static attempt =>
                    new(attempt.Outcome is { Exception: null, Result: { Kind: OperatorOutcomeKind.Unreachable, RetryAfter: null } }),
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            });
        }
        return builder.Build();
    }

    // -- One call -----------------------------------------------------------------------------------------------------------------------

    /// <param name="Session">What the call is about; null for an identification.</param>
    /// <param name="Question">What an identification is about; null for any other.</param>
    private readonly record struct Call(
        ResilientOperator Operator, OperatorOperation Operation, OperatorSession? Session, Question? Question, CancellationToken Caller);

    /// <summary>The limits carry outcomes; who the subscriber is stays here meanwhile.</summary>
    private sealed class Question(Device device)
    {
        public OperatorIdentity Answer { get; private set; }

        public async ValueTask<OperatorOutcome> PutToAsync(IOperatorAdapter @operator, CancellationToken cancellation)
        {
            Answer = await @operator.IdentifyAsync(device, cancellation);
            return new OperatorOutcome(Answer.Kind) { RetryAfter = Answer.RetryAfter };
        }
    }

    private async ValueTask<OperatorOutcome> CallAsync(
        OperatorOperation operation, ResiliencePipeline<OperatorOutcome> pipeline, OperatorSession? session, Question? question, CancellationToken cancellation)
    {
        // Not counted: who decided that the operator is not called knows of it.
        if (Refusal(operation) is { } why) return OperatorOutcome.Unreachable(why);

        using var activity = OperatorTelemetry.Start(operation, Id, session);
        var started = time.GetTimestamp();
        var outcome = await WithinLimitsAsync(new Call(this, operation, session, question, cancellation), pipeline);
        metrics.Count(operation, Id, outcome, time.GetElapsedTime(started));
        OperatorTelemetry.Stop(activity, outcome);
        return outcome;
    }

    private string? Refusal(OperatorOperation operation)
    {
        // The breaker says so too, but only to a call that has come through the queue.
        if (isolatedBecause is { } why) return why;
        return isDraining && operation is OperatorOperation.Create or OperatorOperation.Identify ? "draining" : null;
    }

    private async ValueTask<OperatorOutcome> WithinLimitsAsync(Call call, ResiliencePipeline<OperatorOutcome> pipeline)
    {
        var context = ResilienceContextPool.Shared.Get(call.Caller);
        var result = await pipeline.ExecuteOutcomeAsync(static (context, call) => call.Operator.AttemptAsync(call, context.CancellationToken), context, call);
        ResilienceContextPool.Shared.Return(context);
        if (result.Exception is not null) return WithoutAnAttempt(result.Exception, call.Caller);

        var outcome = result.Result;
        Interlocked.Increment(ref calls);
        if (OperatorTelemetry.IsNoAnswer(outcome)) Interlocked.Increment(ref unanswered);
        if (outcome.RetryAfter is { } wait) Limiter.HoldOff(wait);
        return outcome;
    }

    /// <summary>An attempt never throws, so an exception out of the pipeline says that nothing was under way when it ended: the call waited
    /// in the queue, before a retry, or before an open breaker.</summary>
    private OperatorOutcome WithoutAnAttempt(Exception exception, CancellationToken caller) => exception switch
    {
        RateLimiterRejectedException refused => OperatorOutcome.Unreachable(refused.RetryAfter is null ? "busy" : "rate limit"),
        IsolatedCircuitException => OperatorOutcome.Unreachable(isolatedBecause ?? "breaker open"),
        BrokenCircuitException => OperatorOutcome.Unreachable("breaker open"),
        // A caller that goes away (shutdown) must not make a refusal of a session that the next start could still set up.
        OperationCanceledException when caller.IsCancellationRequested => OperatorOutcome.Unknown("cancelled"),
        TimeoutRejectedException or OperationCanceledException => OperatorOutcome.Unreachable("no time left"),
        _ => throw new UnreachableException("The pipeline lets no other exception out.", exception),
    };

    private async ValueTask<Outcome<OperatorOutcome>> AttemptAsync(Call call, CancellationToken cancellation)
    {
        var outcome = await AskAsync(call, cancellation);

        // That the caller went away says nothing about the operator: hidden from the breaker, which counts outcomes.
        return outcome.Kind == OperatorOutcomeKind.Unknown && call.Caller.IsCancellationRequested
            ? Outcome.FromException<OperatorOutcome>(new OperationCanceledException(call.Caller))
            : Outcome.FromResult(outcome);
    }

    private async ValueTask<OperatorOutcome> AskAsync(Call call, CancellationToken cancellation)
    {
        try
        {
            return await (call.Operation switch
            {
                OperatorOperation.Create => inner.CreateAsync(call.Session!, cancellation),
                OperatorOperation.Extend => inner.ExtendAsync(call.Session!, cancellation),
                OperatorOperation.Delete => inner.DeleteAsync(call.Session!, cancellation),
                OperatorOperation.LookUp => inner.LookUpAsync(call.Session!, cancellation),
                _ => call.Question!.PutToAsync(inner, cancellation),
            });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return OperatorOutcome.Unknown("deadline");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException)
        {
            var outcome = IsBeforeSending(exception) ? OperatorOutcome.Unreachable("no connection") : OperatorOutcome.Unknown("connection broke");
            if (call.Session is not { } session) Log.IdentificationConnectionFailed(log, Id, outcome.Kind, exception);
            else Log.ConnectionFailed(log, Id, OperatorTelemetry.NameOf(call.Operation), session.Id, outcome.Kind, session.Correlator, exception);
            return outcome;
        }
        catch (Exception bug)
        {
            // Where it stopped nobody knows; the request may be out.
            if (call.Session is not { } session) Log.IdentificationFailed(log, Id, bug);
            else Log.AdapterFailed(log, Id, OperatorTelemetry.NameOf(call.Operation), session.Id, session.Correlator, bug);
            return OperatorOutcome.Unknown(bug.GetType().Name);
        }
    }

    /// <summary>True only where no byte of the request can have left: no name, no connection, no TLS.</summary>
    private static bool IsBeforeSending(Exception exception) => exception switch
    {
        HttpRequestException http => http.HttpRequestError
            is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
        SocketException socket => socket.SocketErrorCode
            is SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable,
        _ => false,
    };
}
