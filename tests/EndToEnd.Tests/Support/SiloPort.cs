using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>A client at a silo's own ports that is none of our programs.</summary>
internal static class SiloPort
{
    /// <summary>First byte of an alert: what the other side did not like, and nothing else. RFC 8446, 5.1.</summary>
    public const byte TlsAlert = 21;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Shakes hands as a silo or gateway does, and takes whatever certificate it is shown.</summary>
    public static async Task<SslStream> ConnectAsync(int port, (string Certificate, string Key)? pair)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            ApplicationProtocols = [new SslApplicationProtocol("Orleans1")],
            ClientCertificates = pair is var (certificate, key) ? [X509Certificate2.CreateFromPem(certificate, key)] : null,
        });
        return stream;
    }

    /// <summary>What it can read until the silo hangs up.</summary>
    public static async Task<byte[]> ReadAsync(int port, (string Certificate, string Key)? pair)
    {
        try
        {
            await using var stream = await ConnectAsync(port, pair);
            return await ReadToEndAsync(stream);
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return [];
        }
    }

    /// <summary>The same without TLS.</summary>
    public static async Task<byte[]> ReadClearAsync(int port, byte[] says)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(says);
        return await ReadToEndAsync(client.GetStream());
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        var (read, buffer) = (new MemoryStream(), new byte[4096]);
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience, TimeProvider.System)) > 0;) read.Write(buffer, 0, count);
        }
        catch (IOException)
        {
            // Cut, not closed.
        }
        return read.ToArray();
    }
}
