namespace QodOrleans.Api.Http;

/// <summary>What is wrong with a request, or with us, before or beside a surface's own operations. Each surface has its own words for it.</summary>
internal enum FaultKind
{
    None,

    /// <summary>Not the JSON that was asked for; the detail is the place, and what should be there.</summary>
    BodyInvalid,
    BodyMissing,
    BodyTooLarge,
    MediaTypeUnsupported,
    NotAcceptable,

    /// <summary>The detail is the header's name, and what it should hold.</summary>
    HeaderInvalid,

    /// <summary>The detail says why the token is not taken.</summary>
    Unauthenticated,

    /// <summary>The detail says what is missing.</summary>
    Forbidden,
    PathUnknown,
    MethodNotAllowed,

    /// <summary>More requests than this client may send; the fault says when the next one is welcome.</summary>
    TooManyRequests,

    /// <summary>The client is slower than we wait.</summary>
    RequestTimeout,

    /// <summary>We are slower than a client should wait.</summary>
    Unavailable,

    /// <summary>The detail is the number by which the log knows it.</summary>
    Internal,
}

/// <param name="RetryAfterSeconds">At least 1 for <see cref="FaultKind.TooManyRequests"/>; 0 where the surface decides.</param>
internal readonly record struct Fault(FaultKind Kind, string Detail = "", int RetryAfterSeconds = 0);

/// <summary>An error, ready to be sent.</summary>
/// <param name="Code">The surface's code, for metrics.</param>
/// <param name="RetryAfterSeconds">0 for none.</param>
internal sealed record ErrorAnswer(int Status, string Code, byte[] Body, int RetryAfterSeconds = 0)
{
    public string ContentType { get; init; } = Answers.Json;
}
