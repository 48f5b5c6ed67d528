using System.Net;

namespace QodOrleans.Sdk;

/// <summary>The aggregator said no. A connection that fails is an <see cref="HttpRequestException"/>, as everywhere.</summary>
public class QodException : Exception
{
    internal QodException(QodError error)
        : base($"{(int)error.Status} {error.Code}: {error.Message}")
    {
        Status = error.Status;
        Code = error.Code;
        Correlator = error.Correlator;
        RetryAfter = error.RetryAfter;
    }

    public HttpStatusCode Status { get; }

    /// <summary>CAMARA's code, <c>INVALID_ARGUMENT</c> for example, or OAuth's where a login failed.</summary>
    public string Code { get; }

    /// <summary>The <c>x-correlator</c> of the request: what the aggregator's support asks for.</summary>
    public string? Correlator { get; }

    /// <summary>How long to wait before the same request may succeed, where the answer says so.</summary>
    public TimeSpan? RetryAfter { get; }

    internal static QodException Of(QodError error) => error.Status switch
    {
        HttpStatusCode.Unauthorized => new QodAuthorizationException(error),
        HttpStatusCode.Forbidden => new QodForbiddenException(error),
        HttpStatusCode.NotFound => new QodNotFoundException(error),
        HttpStatusCode.Conflict => new QodConflictException(error),
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new QodUnavailableException(error),
        _ => new QodException(error),
    };
}

/// <summary>There is no token to be had, or none that is accepted: wrong credentials, an unknown line, a used-up code, a person who refused.</summary>
public sealed class QodAuthorizationException : QodException
{
    internal QodAuthorizationException(QodError error)
        : base(error)
    {
    }
}

/// <summary>The token is for another device, another client's session, or less than this.</summary>
public sealed class QodForbiddenException : QodException
{
    internal QodForbiddenException(QodError error)
        : base(error)
    {
    }
}

/// <summary>There is no such session or profile, or not any more.</summary>
public sealed class QodNotFoundException : QodException
{
    internal QodNotFoundException(QodError error)
        : base(error)
    {
    }
}

/// <summary>Another session has an overlapping flow of the same device.</summary>
public sealed class QodConflictException : QodException
{
    internal QodConflictException(QodError error)
        : base(error)
    {
    }
}

/// <summary>Too many requests, or an operator that does not answer. Nothing was made; the same request may succeed after <see
/// cref="QodException.RetryAfter"/>.</summary>
public sealed class QodUnavailableException : QodException
{
    internal QodUnavailableException(QodError error)
        : base(error)
    {
    }
}

internal sealed record QodError(HttpStatusCode Status, string Code, string Message, string? Correlator = null, TimeSpan? RetryAfter = null);
