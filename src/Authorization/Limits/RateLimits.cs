using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace QodOrleans.Authorization.Limits;

/// <summary>The limits per client and per address. Each call takes one request out of the budget, except where it says otherwise.</summary>
public sealed class RateLimits
{
    private readonly FrozenDictionary<string, PerClient> clients;
    private readonly GcraLimiter? token;
    private readonly GcraLimiter? login;
    private readonly PerAddress pages;
    private readonly PerAddress wrongSecrets;

    internal RateLimits(ClientRegistry registry, IOptions<AuthorizationServerOptions> options, TimeProvider time)
    {
        var limits = options.Value.RateLimits;
        token = LimiterOf(limits.TokensPerSecond);
        login = LimiterOf(limits.LoginsPerSecond);
        pages = new PerAddress(LimiterOf(limits.PagesPerSecond));
        wrongSecrets = new PerAddress(LimiterOf(limits.WrongSecretsPerMinute, seconds: 60));
        clients = registry.All.Select(client => (client.Id, Limit: client.RequestsPerSecond ?? limits.RequestsPerSecond))
            .Append((SandboxData.MockClientId, limits.RequestsPerSecond))
            .ToFrozenDictionary(client => client.Item1, client => new PerClient(LimiterOf(client.Item2)), StringComparer.Ordinal);

        GcraLimiter? LimiterOf(int count, int seconds = 1) => count == 0 ? null : new GcraLimiter(count, TimeSpan.FromSeconds(seconds), time);
    }

    /// <summary>A request to the API with this client's token.</summary>
    public bool AdmitsRequest(string clientId, out int retryAfterSeconds)
    {
        retryAfterSeconds = 0;
        return !clients.TryGetValue(clientId, out var client) || client.Requests is not { } limiter
            || limiter.TryAcquire(ref client.RequestsFull, out retryAfterSeconds);
    }

    /// <summary>An authenticated client at <c>/token</c>.</summary>
    internal bool AdmitsToken(Client client, out int retryAfterSeconds)
    {
        retryAfterSeconds = 0;
        return token?.TryAcquire(ref clients[client.Id].TokensFull, out retryAfterSeconds) ?? true;
    }

    /// <summary>An authenticated client at <c>/bc-authorize</c>.</summary>
    internal bool AdmitsLogin(Client client, out int retryAfterSeconds)
    {
        retryAfterSeconds = 0;
        return login?.TryAcquire(ref clients[client.Id].LoginsFull, out retryAfterSeconds) ?? true;
    }

    /// <summary>A request for a page, by the address it comes from.</summary>
    internal bool AdmitsPage(IPAddress? address, out int retryAfterSeconds) => pages.TryAcquire(address, out retryAfterSeconds);

    /// <summary>Asked before a secret is looked at; takes nothing.</summary>
    internal bool AdmitsSecret(IPAddress? address, out int retryAfterSeconds) => wrongSecrets.HasRoom(address, out retryAfterSeconds);

    internal void WrongSecret(IPAddress? address) => wrongSecrets.TryAcquire(address, out _);

    private sealed class PerClient(GcraLimiter? requests)
    {
        public readonly GcraLimiter? Requests = requests;
        public long RequestsFull;
        public long TokensFull;
        public long LoginsFull;
    }

    /// <summary>A table of fixed size instead of an entry per address, of which an attacker has many: addresses that fall into one cell share
    /// it. Which do is different in every process.</summary>
    private sealed class PerAddress(GcraLimiter? limiter)
    {
        private const int Cells = 1 << 14;

        private readonly long[] full = new long[limiter is null ? 0 : Cells];

        public bool TryAcquire(IPAddress? address, out int retryAfterSeconds)
        {
            retryAfterSeconds = 0;
            return limiter?.TryAcquire(ref full[CellOf(address)], out retryAfterSeconds) ?? true;
        }

        public bool HasRoom(IPAddress? address, out int retryAfterSeconds)
        {
            retryAfterSeconds = 0;
            return limiter?.HasRoom(ref full[CellOf(address)], out retryAfterSeconds) ?? true;
        }

        private static int CellOf(IPAddress? address)
        {
            if (address is null) return 0;
            Span<byte> bytes = stackalloc byte[16];
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            address.TryWriteBytes(bytes, out var length);
            // A subscriber has a /64 to choose from.
            var significant = address.AddressFamily == AddressFamily.InterNetworkV6 ? 8 : length;
            var hash = new HashCode();
            hash.AddBytes(bytes[..significant]);
            return hash.ToHashCode() & (Cells - 1);
        }
    }
}
