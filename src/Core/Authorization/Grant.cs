using System.Security.Cryptography;
using System.Text;

namespace QodOrleans.Core.Authorization;

/// <summary>The key of a grant: the first 128 bits of the SHA-256 of its secret. The secret itself is not stored.</summary>
/// <remarks>The kind is part of the hash, so a code that is sent as an <c>auth_req_id</c> is not found. A plain hash is enough, because these secrets are 256
/// random bits and cannot be guessed. The ids of assertions are chosen by clients and are not secret.</remarks>
public readonly record struct GrantKey(Guid Value)
{
    public static GrantKey OfCode(string code) => Of("code ", code);

    public static GrantKey OfRequest(string authReqId) => Of("auth_req_id ", authReqId);

    /// <summary>The secret in a consent link.</summary>
    public static GrantKey OfTicket(string ticket) => Of("ticket ", ticket);

    /// <summary>A client's assertion, by the <c>jti</c> that the client gave it. A client id holds no blank.</summary>
    public static GrantKey OfAssertion(string clientId, string jti) => Of("assertion ", $"{clientId} {jti}");

    private static GrantKey Of(string kind, string secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(kind + secret), hash);
        return new GrantKey(new Guid(hash[..16], bigEndian: true));
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>The numbers are stored: never changed, never used again.</summary>
public enum GrantState
{
    /// <summary>The person has not decided yet.</summary>
    Pending = 0,
    Approved = 1,
    Denied = 2,

    /// <summary>Exchanged for a token. Kept for some time, so that a second use is recognized.</summary>
    Redeemed = 3,
}

/// <summary>The result when a client sends a grant to the token endpoint.</summary>
public enum RedeemResult
{
    /// <summary>There is none, or it is another client's.</summary>
    Unknown,

    /// <summary>It was redeemed before, so somebody may have copied it.</summary>
    Replayed,
    Expired,
    Denied,
    Pending,

    /// <summary>Still pending, and polled before its interval was over. The interval is longer now.</summary>
    TooFast,

    /// <summary>The client gets its token. This happens once; now the grant is redeemed.</summary>
    Granted,
}

/// <summary>What a client may exchange for a token, once: an authorization code, or a backchannel request (CIBA).</summary>
/// <remarks>No I/O: the next state is decided here, and the caller writes it, fenced by <see cref="Version"/>. If it is redeemed several times at once, one
/// write succeeds; the others read again and find it redeemed.</remarks>
public sealed record Grant
{
    /// <summary>CIBA core 11: the interval grows by at least 5 seconds with each <c>slow_down</c>.</summary>
    public static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    public required GrantKey Key { get; init; }

    public required string ClientId { get; init; }

    public required GrantState State { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The content of the token. Encrypted by the gateways, because it names a person. Empty after it is redeemed.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>Key of the consent link; null if the person is not asked.</summary>
    public GrantKey? Ticket { get; init; }

    /// <summary>Shortest time between two polls; zero for a code.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>A poll before this time is too early; null before the first poll, which is never too early.</summary>
    public DateTimeOffset? NextPollAt { get; init; }

    /// <summary>1 when it is added, one more with every change.</summary>
    public int Version { get; init; } = 1;

    /// <summary>A client sends it to the token endpoint.</summary>
    /// <returns>The result, and the grant's new state; null if nothing changes. If another client sends it, nothing changes: else a client could make a grant
    /// useless that it has only seen.</returns>
    public (RedeemResult Result, Grant? Next) Redeem(string clientId, DateTimeOffset now)
    {
        if (clientId != ClientId) return (RedeemResult.Unknown, null);
        if (State == GrantState.Redeemed) return (RedeemResult.Replayed, null);
        if (ExpiresAt <= now) return (RedeemResult.Expired, null);
        return State switch
        {
            GrantState.Denied => (RedeemResult.Denied, null),
            GrantState.Approved => (RedeemResult.Granted, this with { State = GrantState.Redeemed, Payload = [], Version = Version + 1 }),
            _ when now < NextPollAt => (RedeemResult.TooFast, Polled(Interval + SlowDown, now)),
            _ => (RedeemResult.Pending, Polled(Interval, now)),
        };
    }

    /// <summary>The person decides.</summary>
    /// <returns>The grant's new state; null if there is nothing left to decide.</returns>
    public Grant? Decide(bool approve, DateTimeOffset now) => State != GrantState.Pending || ExpiresAt <= now
        ? null
        : this with { State = approve ? GrantState.Approved : GrantState.Denied, Version = Version + 1 };

    private Grant Polled(TimeSpan interval, DateTimeOffset now) =>
        this with { Interval = interval, NextPollAt = now + interval, Version = Version + 1 };
}
