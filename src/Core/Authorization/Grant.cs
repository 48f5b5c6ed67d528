using System.Security.Cryptography;
using System.Text;

namespace QodOrleans.Core.Authorization;

/// <summary>What a secret is found by: the first 128 bits of its SHA-256. The secret itself is stored nowhere.</summary>
/// <remarks>The kind goes into the hash, so a code shown where an <c>auth_req_id</c> belongs is simply not known. A plain hash will do: these
/// secrets are 256 random bits, not something that can be guessed. What clients name themselves, their assertions, is no secret.</remarks>
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

    /// <summary>Turned into a token. Kept for a while, so that showing it again is known for what it is.</summary>
    Redeemed = 3,
}

/// <summary>How the showing of a grant ends.</summary>
public enum RedeemResult
{
    /// <summary>There is none, or it is another client's.</summary>
    Unknown,

    /// <summary>It was redeemed before: there is a copy of it.</summary>
    Replayed,
    Expired,
    Denied,
    Pending,

    /// <summary>Pending still, and asked for again before its interval was over. The interval has grown.</summary>
    TooFast,

    /// <summary>Once: from here on it is redeemed.</summary>
    Granted,
}

/// <summary>Something that a client may turn into a token, once: an authorization code, or a backchannel request (CIBA).</summary>
/// <remarks>Pure: what becomes of a grant is decided here, and written by the caller, fenced by <see cref="Version"/>. Of many who redeem
/// one grant at a time, one write succeeds; the others read again and find it redeemed.</remarks>
public sealed record Grant
{
    /// <summary>CIBA core 11: the interval grows by at least 5 seconds with each <c>slow_down</c>.</summary>
    public static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    public required GrantKey Key { get; init; }

    public required string ClientId { get; init; }

    public required GrantState State { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the token shall say. Sealed by the gateways: it names a person. Empty once redeemed.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>Key of the consent link; null where nothing is asked.</summary>
    public GrantKey? Ticket { get; init; }

    /// <summary>Least time between two polls; zero for a code.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>A poll before this is too fast; null before the first, which never is.</summary>
    public DateTimeOffset? NextPollAt { get; init; }

    /// <summary>1 when it is added, one more with every change.</summary>
    public int Version { get; init; } = 1;

    /// <summary>A client shows it at the token endpoint.</summary>
    /// <returns>The answer, and the grant as it shall be written; null where nothing changes. Another client's showing changes nothing, or it
    /// could spoil what it has only seen.</returns>
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
    /// <returns>The grant as it shall be written; null where there is nothing left to decide.</returns>
    public Grant? Decide(bool approve, DateTimeOffset now) => State != GrantState.Pending || ExpiresAt <= now
        ? null
        : this with { State = approve ? GrantState.Approved : GrantState.Denied, Version = Version + 1 };

    private Grant Polled(TimeSpan interval, DateTimeOffset now) =>
        this with { Interval = interval, NextPollAt = now + interval, Version = Version + 1 };
}
