using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace QodOrleans.Bench.Http;

/// <param name="Body">Valid until the connection's next request.</param>
internal readonly record struct HttpAnswer(int Status, ReadOnlyMemory<byte> Body);

/// <summary>A keep-alive connection that carries one request at a time, given as bytes.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket socket;
    private readonly HttpMessageReader reader;

    private HttpConnection(Socket socket)
    {
        this.socket = socket;
        reader = new HttpMessageReader(socket);
    }

    public static async Task<HttpConnection> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            return new HttpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The peer closed the connection, or did not speak HTTP/1.1.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async ValueTask<HttpAnswer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        while (!request.IsEmpty) request = request[await socket.SendAsync(request, cancellation)..];
        var message = await reader.ReadAsync(cancellation) ?? throw new IOException("The connection was closed instead of an answer.");
        return new HttpAnswer(StatusOf(message.StartLine.Span), message.Body);
    }

    public void Dispose() => socket.Dispose();

    private static int StatusOf(ReadOnlySpan<byte> startLine) =>
        startLine.StartsWith("HTTP/1.1 "u8) && Utf8Parser.TryParse(startLine[9..], out int status, out _)
            ? status
            : throw new IOException("The answer is not HTTP/1.1.");
}
