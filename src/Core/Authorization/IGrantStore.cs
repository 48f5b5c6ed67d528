using QodOrleans.Core.Storage;

namespace QodOrleans.Core.Authorization;

/// <summary>Codes, backchannel requests, used assertions and the consents that people have given, for all gateways on one store.</summary>
/// <remarks>All calls are concurrent. The store has no rules: <see cref="Grant"/> decides, and <see cref="ReplaceAsync"/> is the fence.</remarks>
public interface IGrantStore
{
    /// <returns>False: this key is there already; nothing was written. After a broken connection this call itself may have written it.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<bool> AddAsync(Grant grant, CancellationToken cancellation);

    /// <returns>The grant as last written, or null.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<Grant?> FindAsync(GrantKey key, CancellationToken cancellation);

    /// <returns>The grant that a consent link is for, or null.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<Grant?> FindByTicketAsync(GrantKey ticket, CancellationToken cancellation);

    /// <param name="grant">The new state. Its version is one above the version that the store must hold.</param>
    /// <returns>False: the store holds another version, or no grant, and nothing was written.</returns>
    /// <exception cref="StoreUnavailableException">Whether it was written is not known.</exception>
    Task<bool> ReplaceAsync(Grant grant, CancellationToken cancellation);

    /// <summary>Stores a consent. If it is there already, its end is changed.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task SaveConsentAsync(Consent consent, CancellationToken cancellation);

    /// <summary>Deletes a consent, if there is one.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task RemoveConsentAsync(string clientId, string subject, IReadOnlyList<string> scopes, CancellationToken cancellation);

    /// <returns>The scopes that the person has allowed the client, as far as the consent is still valid at <paramref name="now"/>.</returns>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<string>> ReadConsentAsync(string clientId, string subject, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Deletes grants and consents that ended before <paramref name="endedBefore"/>.</summary>
    /// <param name="limit">At most this many of each, 1 to 10,000.</param>
    /// <returns>How many were deleted.</returns>
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

    /// <summary>Adds a key, unless there is one of its generation. Many gateways may see at the same time that a key is needed; only one adds it. The caller
    /// reads again to see which.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task AddAsync(SealedSigningKey key, CancellationToken cancellation);

    /// <exception cref="StoreUnavailableException" />
    Task RemoveAsync(int generation, CancellationToken cancellation);
}

/// <param name="Generation">One above the key before it.</param>
/// <param name="Content">The private key, encrypted by the gateways: with the database alone nobody can sign.</param>
public sealed record SealedSigningKey(int Generation, DateTimeOffset MadeAt, byte[] Content);
