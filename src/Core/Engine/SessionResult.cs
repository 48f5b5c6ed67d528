using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Engine;

/// <summary>A session, or why there is none.</summary>
public readonly record struct SessionResult(QosSession? Session, SessionError? Error)
{
    public static implicit operator SessionResult(QosSession session) => new(session, null);

    public static implicit operator SessionResult(SessionError error) => new(null, error);
}

/// <summary>Sessions, newest first, or why there are none to be had. An empty list is no error.</summary>
public readonly record struct SessionListResult(IReadOnlyList<QosSession>? Sessions, SessionError? Error)
{
    public static implicit operator SessionListResult(SessionError error) => new(null, error);
}

/// <summary>A line, or why there is none.</summary>
public readonly record struct LineResult(SubscriberLine? Line, SessionError? Error)
{
    public static implicit operator LineResult(SubscriberLine line) => new(line, null);

    public static implicit operator LineResult(SessionError error) => new(null, error);
}
