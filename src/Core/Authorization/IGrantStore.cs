using QodOrleans.Core.Storage;

namespace QodOrleans.Core.Authorization;

/// <summary>Codes, backchannel requests, used assertions and the consents that people have given, for all gateways on one store.</summary>
/// <remarks>All calls are concurrent. It holds no rule: <see cref="Grant"/> decides, <see cref="ReplaceAsync"/> is the fence.</remarks>
public interface IGrantStore
{
    /// <returns>False if there is one of its key already: nothing was written. After a broken connection that one may be this call's own.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<bool> AddAsync(Grant grant, CancellationToken cancellation);

    /// <returns>The grant as last written, or null.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<Grant?> FindAsync(GrantKey key, CancellationToken cancellation);

    /// <returns>The grant that a consent link is for, or null.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<Grant?> FindByTicketAsync(GrantKey ticket, CancellationToken cancellation);

    /// <param name="grant">As it shall be; its version is one above what the store must hold.</param>
    /// <returns>False if the store holds another version, or none: nothing was written.</returns>
    /// <exception cref="StoreUnavailableException">Whether it was written is not known.</exception>
    Task<bool> ReplaceAsync(Grant grant, CancellationToken cancellation);

    /// <summary>Remembers a consent; one that is there already gets the new end.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task SaveConsentAsync(Consent consent, CancellationToken cancellation);

    /// <summary>Forgets a consent, as far as it is there.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task RemoveConsentAsync(string clientId, string subject, IReadOnlyList<string> scopes, CancellationToken cancellation);

    /// <returns>The scopes that the person has allowed the client, and that allowance still holds at <paramref name="now"/>.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<string>> ReadConsentAsync(string clientId, string subject, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Forgets grants and consents that ended before <paramref name="endedBefore"/>.</summary>
    /// <param name="limit">At most this many of each, 1 to 10,000.</param>
    /// <returns>How many went.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<int> SweepAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellation);
}

/// <summary>A person allows a client something.</summary>
/// <param name="Subject">The person's pairwise name for this client.</param>
public sealed record Consent(string ClientId, string Subject, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the person.</summary>
    public override string ToString() => $"{nameof(Consent)}({ClientId})";
}

/// <summary>The keys that id_tokens are signed with, for all gateways on one store.</summary>
public interface ISigningKeyStore
{
    /// <returns>All of them, oldest first.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<SealedSigningKey>> ReadAsync(CancellationToken cancellation);

    /// <summary>Adds a key, or leaves the one that has its generation: of many gateways that find the same lack, one adds. Read again to see which.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task AddAsync(SealedSigningKey key, CancellationToken cancellation);

    /// <exception cref="StoreUnavailableException" />
    Task RemoveAsync(int generation, CancellationToken cancellation);
}

/// <param name="Generation">One above the key before it.</param>
/// <param name="Content">The private key, sealed by the gateways: who reads the database signs nothing.</param>
public sealed record SealedSigningKey(int Generation, DateTimeOffset MadeAt, byte[] Content);
