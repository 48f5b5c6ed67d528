using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.IdTokens;

/// <summary>The keys of id_tokens, shared by all gateways on one store, each renewed in time.</summary>
/// <remarks>A new key is published for <see cref="PublishedAhead"/> before it signs, so every gateway and every client that looks up keys knows it by
/// then; an old one stays published for <see cref="PublishedAfter"/> after its successor was made.</remarks>
internal sealed class SigningKeys(
    ISigningKeyStore store, IDataProtectionProvider protection, TimeProvider time, IOptions<AuthorizationServerOptions> options) : IDisposable
{
    internal static readonly TimeSpan PublishedAhead = TimeSpan.FromHours(1);
    internal static readonly TimeSpan PublishedAfter = TimeSpan.FromDays(1);
    private static readonly TimeSpan LookedUpEvery = TimeSpan.FromMinutes(5);

    private readonly IDataProtector protector = protection.CreateProtector("QodOrleans.Api.SigningKey.v1");
    private readonly SemaphoreSlim turn = new(1);
    private volatile Known? known;

    /// <summary>All that a client may meet, oldest first.</summary>
    /// <exception cref="StoreUnavailableException">The store has never answered yet.</exception>
    public async ValueTask<IReadOnlyList<SigningKey>> PublishedAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (known is { } fresh && fresh.UntilAt > now) return fresh.Keys;

        await turn.WaitAsync(cancellation);
        try
        {
            if (known is not { } held || held.UntilAt <= now) known = new Known(await LookUpAsync(now, cancellation), now + LookedUpEvery);
        }
        catch (StoreUnavailableException) when (known is not null)
        {
            // What we know is good for a day at least.
        }
        finally
        {
            turn.Release();
        }
        return known.Keys;
    }

    /// <summary>The newest that has been published long enough; the first of all cannot wait.</summary>
    /// <exception cref="StoreUnavailableException">The store has never answered yet.</exception>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken cancellation)
    {
        var keys = await PublishedAsync(cancellation);
        var ready = time.GetUtcNow() - PublishedAhead;
        return keys.LastOrDefault(key => key.MadeAt <= ready) ?? keys[0];
    }

    private async Task<IReadOnlyList<SigningKey>> LookUpAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var held = await store.ReadAsync(cancellation);
        if (held.Count == 0 || held[^1].MadeAt + options.Value.Authorization.SigningKeyLifetime <= now)
        {
            var made = SigningKey.New(held.Count == 0 ? 1 : held[^1].Generation + 1, now);
            await store.AddAsync(new SealedSigningKey(made.Generation, made.MadeAt, protector.Protect(made.Export())), cancellation);
            // Another gateway may have been first.
            held = await store.ReadAsync(cancellation);
        }
        foreach (var (old, successor) in held.Zip(held.Skip(1)))
            if (successor.MadeAt + PublishedAfter <= now) await store.RemoveAsync(old.Generation, cancellation);
        return [.. held.Select(key => SigningKey.Import(protector.Unprotect(key.Content), key.Generation, key.MadeAt))];
    }

    public void Dispose() => turn.Dispose();

    private sealed record Known(IReadOnlyList<SigningKey> Keys, DateTimeOffset UntilAt);
}
