namespace QodOrleans.Api.Http;

/// <summary>What is wrong with a request, or with us. Each surface has its own words for it.</summary>
internal enum FaultKind
{
    None,

    /// <summary>Not the JSON that was asked for; the detail is the place, and what should be there.</summary>
    BodyInvalid,
    BodyMissing,

    /// <summary>A member of the body does not hold what it should; the detail is the place, and what should be there.</summary>
    MemberInvalid,

    /// <summary>The detail is the place.</summary>
    MemberMissing,

    /// <summary>An object that must hold something holds nothing; the detail is the place.</summary>
    MemberInsufficient,

    /// <summary>A port outside 0 to 65535; the detail is the place.</summary>
    PortInvalid,

    /// <summary>Ports, or ranges of them, outside 0 to 65535 or backwards; the detail is the place.</summary>
    PortRangesInvalid,

    /// <summary>A part of the path that is a parameter; the detail is its name, and what it should be.</summary>
    PathParameterInvalid,

    /// <summary>The detail is the parameter's name, and what it should be.</summary>
    QueryInvalid,

    /// <summary>The catalogue has no profile of that name.</summary>
    QosProfileUnknown,

    /// <summary>The catalogue has no profile that was asked for.</summary>
    QosProfilesNone,
    BodyTooLarge,
    MediaTypeUnsupported,
    NotAcceptable,

    /// <summary>The detail is the header's name, and what it should hold.</summary>
    HeaderInvalid,

    /// <summary>No token.</summary>
    CredentialsMissing,

    /// <summary>A token that was good until a while ago.</summary>
    CredentialsExpired,

    /// <summary>The detail is why the token is refused.</summary>
    Unauthenticated,

    /// <summary>The detail is what the token lacks.</summary>
    Forbidden,
    PathUnknown,
    UriTooLong,
    MethodNotAllowed,

    /// <summary>More requests than this client may send; the fault has the seconds until the next one.</summary>
    TooManyRequests,

    /// <summary>The client is slower than we wait.</summary>
    RequestTimeout,

    /// <summary>We are slower than a client should wait.</summary>
    Unavailable,

    /// <summary>The detail is the id under which it is logged.</summary>
    Internal,
}

/// <param name="RetryAfterSeconds">At least 1 for <see cref="FaultKind.TooManyRequests"/>; 0 where the surface decides.</param>
internal readonly record struct Fault(FaultKind Kind, string Detail = "", int RetryAfterSeconds = 0)
{
    /// <summary>The value at this place breaks the schema.</summary>
    public static Fault Member(string place, string rule) => new(FaultKind.MemberInvalid, $"{place}: {rule}");

    public static Fault Missing(string place) => new(FaultKind.MemberMissing, place);

    public static Fault Insufficient(string place) => new(FaultKind.MemberInsufficient, place);

    public static Fault Query(string name, string rule) => new(FaultKind.QueryInvalid, $"{name}: {rule}");
}

internal static class FaultAnswers
{
    /// <summary>Whole seconds, at least 1, which is also the value for an unknown time.</summary>
    public static int RetryAfterSeconds(TimeSpan? retryAfter) => retryAfter is { } wait ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1;

    /// <summary>In the words of the surface that the request was for.</summary>
    public static Task WriteFaultAsync(this HttpContext context, Fault fault) =>
        context.WriteErrorAsync(context.RequestServices.GetRequiredService<SurfaceDirectory>().Of(context).Describe(fault));
}
