using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>What came back over the socket; status 0 when the peer closed without an answer.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>One request per connection, byte for byte as given: no client library tidies it up.</summary>
internal static class RawHttp
{
    private static readonly RawAnswer None = new(0, new Dictionary<string, string>(), []);

    /// <summary>Sends and reads to the end.</summary>
    /// <param name="halfClose">Says that no more will come, which ends a request that is not complete. Kestrel takes it for a client that has left.</param>
    /// <exception cref="OperationCanceledException">No end within the time: a hang.</exception>
    public static async Task<RawAnswer> SendAsync(int port, byte[] request, bool halfClose, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
        using var received = new MemoryStream();
        try
        {
            await socket.SendAsync(request, deadline.Token);
            if (halfClose) socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Refused half-way; the answer may be there all the same.
        }
        try
        {
            var buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, deadline.Token) is var count and > 0) received.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
        }
        return Parse(received.ToArray());
    }

    private static RawAnswer Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) return None;

        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var body = bytes[(end + 4)..];
        if (status < 200) return Parse(body);

        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => string.Join(", ", group.Select(pair => pair[1].Trim())), StringComparer.OrdinalIgnoreCase);
        var chunked = headers.TryGetValue("Transfer-Encoding", out var encoding) && encoding == "chunked";
        return new RawAnswer(status, headers, chunked ? Join(body) : body);
    }

    private static byte[] Join(ReadOnlySpan<byte> chunks)
    {
        using var body = new MemoryStream();
        while (chunks.IndexOf("\r\n"u8) is var end and > 0)
        {
            var size = int.Parse(chunks[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0) break;
            body.Write(chunks.Slice(end + 2, size));
            chunks = chunks[(end + 2 + size + 2)..];
        }
        return body.ToArray();
    }
}
