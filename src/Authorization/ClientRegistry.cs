using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Jose;

namespace QodOrleans.Authorization;

/// <summary>An application that may ask for tokens.</summary>
/// <param name="Secret">For HTTP Basic; null for one that has keys only.</param>
/// <param name="Keys">For <c>private_key_jwt</c>; may be empty.</param>
/// <param name="Scopes">What it may have.</param>
/// <param name="RedirectUris">Where an authorization code may be sent; compared exactly.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="ConsentRequired">People are asked before it may act for their lines.</param>
/// <param name="RequestsPerSecond">Its own limit on the API, 0 for none; null for the one that all have.</param>
internal sealed record Client(
    string Id, ClientSecret? Secret, ClientKeySet Keys, IReadOnlyList<string> Scopes, IReadOnlyList<string> RedirectUris,
    string DisplayName, bool ConsentRequired, int? RequestsPerSecond);

internal enum ClientCheck
{
    Accepted,
    Refused,

    /// <summary>Too many secrets are being checked; nothing was decided.</summary>
    Busy,
}

/// <summary>The registered applications, their secrets and keys.</summary>
internal sealed class ClientRegistry : IDisposable
{
    private const int MostRemembered = 10_000;

    // One derivation at a time, so that guessing secrets cannot occupy two cores.
    private readonly ConcurrencyLimiter derivations = new(new() { PermitLimit = 1, QueueLimit = 16, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    // Concurrent checks of the same secret, as after a start, share one derivation.
    private readonly ConcurrentDictionary<UInt128, Lazy<Task<ClientCheck>>> underWay = [];

    private readonly FrozenDictionary<string, Client> clients;

    // Which secrets have been found right: an HMAC under a key that dies with the process.
    private readonly byte[] memoryKey = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<UInt128, bool> remembered = [];

    public ClientRegistry(ScopeCatalog scopes, IOptions<AuthorizationServerOptions> options)
    {
        var configured = options.Value.Clients.Select(client => Make(client, scopes));
        var sandbox = options.Value.Mode == QodMode.Sandbox ? SandboxData.Clients.Select(client => Make(client, scopes)) : [];
        // A configured client takes the place of a sandbox client of the same name.
        clients = configured.UnionBy(sandbox, client => client.Id).ToFrozenDictionary(client => client.Id, StringComparer.Ordinal);
    }

    public IReadOnlyList<Client> All => clients.Values;

    public Client? Find(string id) => clients.GetValueOrDefault(id);

    public async ValueTask<(ClientCheck Check, Client? Client)> AuthenticateAsync(string id, string secret, CancellationToken cancellation)
    {
        var client = Find(id);
        var print = Print(id, secret);
        if (client is not null && remembered.ContainsKey(print)) return (ClientCheck.Accepted, client);

        var mine = underWay.GetOrAdd(
            print, static (print, ask) => new(() => ask.Registry.CheckAsync(ask.Client, ask.Secret, print)), (Registry: this, Client: client, Secret: secret));
        try
        {
            var check = await mine.Value.WaitAsync(cancellation);
            return (check, check == ClientCheck.Accepted ? client : null);
        }
        finally
        {
            if (mine.Value.IsCompleted) underWay.TryRemove(new(print, mine));
        }
    }

    /// <summary>Takes as long for a client that does not exist, or has no secret.</summary>
    private async Task<ClientCheck> CheckAsync(Client? client, string secret, UInt128 print)
    {
        using var turn = await derivations.AcquireAsync();
        if (!turn.IsAcquired) return ClientCheck.Busy;
        var right = await Task.Run(() => (client?.Secret ?? ClientSecret.Decoy).Matches(secret));
        if (!right || client?.Secret is null) return ClientCheck.Refused;

        if (remembered.Count >= MostRemembered) remembered.Clear();
        remembered[print] = true;
        return ClientCheck.Accepted;
    }

    private static Client Make(ClientOptions options, ScopeCatalog scopes) => new(
        options.Id,
        options.SecretHash.Length == 0 ? null
            : ClientSecret.TryParse(options.SecretHash, out var secret) ? secret
            : throw new ArgumentException($"Client '{options.Id}' has no readable secret hash.", nameof(options)),
        options.ReadKeys(),
        options.Scopes.Count > 0 ? [.. options.Scopes] : scopes.All,
        [.. options.RedirectUris],
        options.DisplayName ?? options.Id,
        options.ConsentRequired,
        options.RequestsPerSecond);

    private UInt128 Print(string id, string secret)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        // An id holds no NUL, so id and secret cannot be cut in two ways.
        HMACSHA256.HashData(memoryKey, Encoding.UTF8.GetBytes($"{id}\0{secret}"), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public void Dispose() => derivations.Dispose();
}
