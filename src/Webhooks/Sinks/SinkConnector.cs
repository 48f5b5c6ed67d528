using System.Net;
using System.Net.Sockets;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Sinks;

/// <summary>All addresses of a name. <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/>, or a test's own.</summary>
internal delegate Task<IPAddress[]> ResolveName(string host, CancellationToken cancellation);

/// <summary>All addresses of the name are ones to which events must not be delivered.</summary>
internal sealed class SinkForbiddenException() : Exception("The sink's name leads where events are not delivered.");

/// <summary>Opens connections to sinks. It looks the name up, checks the addresses, and connects to a checked address. A second look-up, which could give
/// another address, is not made.</summary>
internal sealed class SinkConnector(SinkPolicy policy, ResolveName resolve, TimeSpan connectTimeout)
{
    private const int MostAddresses = 4;
    private const int MostResponseBytes = 4096;

    public static SocketsHttpHandler Handler(SinkPolicy policy, WebhookOptions options, ResolveName resolve) => new()
    {
        ConnectCallback = new SinkConnector(policy, resolve, options.ConnectTimeout).ConnectAsync,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionLifetime = options.ConnectionLifetime,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        // No traceparent is sent: sinks are not part of our traces. This also removes the handler's diagnostics, which would show full URLs.
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16,
        // Only the status matters. A short body is read, so that the connection can be used again. With a long or slow body, the connection is closed.
        MaxResponseDrainSize = MostResponseBytes,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var target = context.DnsEndPoint;
        var found = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellation);
        if (found.Length == 0) throw new SocketException((int)SocketError.HostNotFound);

        // An IPv4 address in IPv6 form is reached by IPv4: the sockets below are of one family each.
        var vetted = found.Where(policy.Allows).Select(address => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Take(MostAddresses).ToArray();
        if (vetted.Length == 0) throw new SinkForbiddenException();

        // An address that does not answer must leave time for the others.
        var share = connectTimeout / vetted.Length;
        for (var i = 0; i < vetted.Length - 1; i++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(share);
            try
            {
                return await ConnectAsync(vetted[i], target.Port, limit.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // The next one may answer.
            }
        }
        return await ConnectAsync(vetted[^1], target.Port, cancellation);
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
