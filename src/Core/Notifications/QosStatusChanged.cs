using System.Buffers.Binary;
using System.Security.Cryptography;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Notifications;

/// <summary>A status change that a client is told: CAMARA's QOS_STATUS_CHANGED before a surface gives it a shape.</summary>
/// <param name="EventId">Made from session and sequence, so that it is the same at every attempt, also after a crash.</param>
/// <param name="Sequence">1, 2, …: the order of one session's events.</param>
/// <param name="OccurredAt">When the status changed, not when the event is sent.</param>
/// <param name="Sink">Its <c>TokenExpiresAt</c> is <see cref="SessionTerms.NotifyUntil"/>: null if the client gave no end of the token, or one that was past
/// when the session was made.</param>
/// <param name="ClientId">Whose event it is; null in rows from before schema version 7.</param>
/// <param name="Source">CloudEvents' <c>source</c>: <see cref="QosSession.EventSource"/>, and null where that is.</param>
public sealed record QosStatusChanged(
    Guid EventId,
    SessionId SessionId,
    int Sequence,
    string Surface,
    QosStatus Status,
    StatusInfo? StatusInfo,
    DateTimeOffset OccurredAt,
    Sink Sink,
    string? Correlator,
    string? Source = null,
    string? ClientId = null)
{
    /// <summary>Whether the event may still be sent at <paramref name="now"/>. An attempt can come long after the change, when the token has expired.</summary>
    public bool ShouldNotify(DateTimeOffset now) => !(Sink.TokenExpiresAt <= now);

    /// <summary>The event of the change that <paramref name="session"/> has just gone through.</summary>
    public static QosStatusChanged Of(QosSession session, DateTimeOffset now) => new(
        IdOf(session.Id, session.EventSequence),
        session.Id,
        session.EventSequence,
        session.Terms.Surface,
        session.Status,
        session.StatusInfo,
        now,
        SinkOf(session.Terms),
        session.Terms.Correlator,
        session.EventSource,
        session.Terms.ClientId);

    private static Sink SinkOf(SessionTerms terms)
    {
        var sink = terms.Sink ?? throw new InvalidOperationException("A session without a sink has no events.");
        return sink.TokenExpiresAt == terms.NotifyUntil ? sink : sink with { TokenExpiresAt = terms.NotifyUntil };
    }

    /// <summary>A UUID of version 8 (RFC 9562) from a hash.</summary>
    private static Guid IdOf(SessionId session, int sequence)
    {
        Span<byte> input = stackalloc byte[20];
        session.Value.TryWriteBytes(input, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(input[16..], sequence);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
