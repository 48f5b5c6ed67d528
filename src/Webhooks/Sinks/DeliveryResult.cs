using System.Net;
using System.Net.Http.Headers;

namespace QodOrleans.Webhooks.Sinks;

internal enum DeliveryOutcome
{
    /// <summary>The sink has accepted the event.</summary>
    Delivered,

    /// <summary>This event will not be sent, now or later.</summary>
    Refused,

    /// <summary>The sink wants no more of this session's events (410).</summary>
    Stop,

    /// <summary>The attempt failed; a later one may succeed.</summary>
    Failed,

    /// <summary>This process stops. The attempt says nothing about the sink.</summary>
    Interrupted,
}

/// <summary>How one attempt ended.</summary>
/// <param name="Reason">For the dead letter and the log: no address, path or token.</param>
/// <param name="RetryAfter">What the sink asked for.</param>
/// <param name="Blames">Whether the sink caused the failure. Only then the failure counts towards opening its circuit.</param>
internal readonly record struct DeliveryResult(DeliveryOutcome Outcome, string Reason = "", TimeSpan? RetryAfter = null, bool Blames = true)
{
    public static readonly DeliveryResult Delivered = new(DeliveryOutcome.Delivered);

    public static readonly DeliveryResult Interrupted = new(DeliveryOutcome.Interrupted);

    /// <summary>What each status means (docs/conformance.md, Q09).</summary>
    public static DeliveryResult Of(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        return status switch
        {
            >= 200 and < 300 => Delivered,
            (int)HttpStatusCode.Gone => new DeliveryResult(DeliveryOutcome.Stop, "the sink answered 410: it wants no more events of this session"),
            // Retried too although they sound final: while an application is deployed again, its path or key may be wrong for a moment.
            _ => new DeliveryResult(DeliveryOutcome.Failed, Describe(status), Wait(response.Headers.RetryAfter, now)),
        };
    }

    private static string Describe(int status) =>
        status is >= 300 and < 400 ? $"the sink answered {status}; redirects are not followed" : $"the sink answered {status}";

    private static TimeSpan? Wait(RetryConditionHeaderValue? retryAfter, DateTimeOffset now) => retryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - now,
        _ => null,
    };
}
