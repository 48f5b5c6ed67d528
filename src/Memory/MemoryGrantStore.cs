using QodOrleans.Core.Authorization;

namespace QodOrleans.Memory;

/// <summary>Grants, consents and signing keys in this process's memory, by the rules of the durable store. It has no limit but memory;
/// what has ended is deleted from time to time.</summary>
public sealed class MemoryGrantStore : IGrantStore, ISigningKeyStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<GrantKey, Grant> grants = [];
    private readonly Dictionary<GrantKey, GrantKey> tickets = [];
    private readonly Dictionary<(string ClientId, string Subject, string Scope), DateTimeOffset> consents = [];
    private readonly List<SealedSigningKey> signingKeys = [];

    /// <inheritdoc />
    public Task<bool> AddAsync(Grant grant, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (!grants.TryAdd(grant.Key, grant)) return Task.FromResult(false);
            if (grant.Ticket is { } ticket) tickets.Add(ticket, grant.Key);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc />
    public Task<Grant?> FindAsync(GrantKey key, CancellationToken cancellation)
    {
        lock (gate) return Task.FromResult(grants.GetValueOrDefault(key));
    }

    /// <inheritdoc />
    public Task<Grant?> FindByTicketAsync(GrantKey ticket, CancellationToken cancellation)
    {
        lock (gate) return Task.FromResult(tickets.TryGetValue(ticket, out var key) ? grants[key] : null);
    }

    /// <inheritdoc />
    public Task<bool> ReplaceAsync(Grant grant, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (!grants.TryGetValue(grant.Key, out var held) || held.Version != grant.Version - 1) return Task.FromResult(false);
            grants[grant.Key] = grant;
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc />
    public Task SaveConsentAsync(Consent consent, CancellationToken cancellation)
    {
        lock (gate)
            foreach (var scope in consent.Scopes) consents[(consent.ClientId, consent.Subject, scope)] = consent.ExpiresAt;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task RemoveConsentAsync(string clientId, string subject, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        lock (gate)
            foreach (var scope in scopes) consents.Remove((clientId, subject, scope));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ReadConsentAsync(string clientId, string subject, DateTimeOffset now, CancellationToken cancellation)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<string>>(
            [
                .. from consent in consents
                   where consent.Key.ClientId == clientId && consent.Key.Subject == subject && consent.Value > now
                   select consent.Key.Scope,
            ]);
        }
    }

    /// <inheritdoc />
    public Task<int> SweepAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellation)
    {
        lock (gate)
        {
            var ended = grants.Values.Where(grant => grant.ExpiresAt < endedBefore).Take(limit).ToArray();
            foreach (var grant in ended)
            {
                grants.Remove(grant.Key);
                if (grant.Ticket is { } ticket) tickets.Remove(ticket);
            }
            var over = consents.Where(consent => consent.Value < endedBefore).Take(limit).Select(consent => consent.Key).ToArray();
            foreach (var consent in over) consents.Remove(consent);
            return Task.FromResult(ended.Length + over.Length);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SealedSigningKey>> ReadAsync(CancellationToken cancellation)
    {
        lock (gate) return Task.FromResult<IReadOnlyList<SealedSigningKey>>([.. signingKeys.OrderBy(key => key.Generation)]);
    }

    /// <inheritdoc />
    public Task AddAsync(SealedSigningKey key, CancellationToken cancellation)
    {
        lock (gate)
            if (signingKeys.All(other => other.Generation != key.Generation)) signingKeys.Add(key);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task RemoveAsync(int generation, CancellationToken cancellation)
    {
        lock (gate) signingKeys.RemoveAll(key => key.Generation == generation);
        return Task.CompletedTask;
    }
}
