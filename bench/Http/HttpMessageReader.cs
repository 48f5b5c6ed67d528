using System.Buffers.Text;
using System.Net.Sockets;

namespace QodOrleans.Bench.Http;

/// <summary>One message as it came in. Both memories are valid until the next one is read.</summary>
/// <param name="StartLine">For example <c>HTTP/1.1 201 Created</c>, without the line end.</param>
internal readonly record struct HttpMessage(ReadOnlyMemory<byte> StartLine, ReadOnlyMemory<byte> Body);

/// <summary>Frames HTTP/1.1 messages, requests and responses alike, on a keep-alive connection: start line, the two headers that tell where
/// the body ends, body. Nothing else of a message is looked at, because the driver shares its cores with what it measures.</summary>
internal sealed class HttpMessageReader(Socket socket)
{
    private const int LargestMessage = 1 << 20;

    private byte[] buffer = new byte[4096];
    private int start;
    private int end;

    /// <returns>The next message; null when the peer has closed the connection between two.</returns>
    /// <exception cref="IOException">The connection ended within a message, or what came is not HTTP/1.1.</exception>
    public async ValueTask<HttpMessage?> ReadAsync(CancellationToken cancellation)
    {
        HttpMessage message;
        while (!TryTake(out message))
        {
            MakeRoom();
            var received = await socket.ReceiveAsync(buffer.AsMemory(end), cancellation);
            if (received == 0) return end == start ? null : throw new IOException("The connection ended within a message.");
            end += received;
        }
        return message;
    }

    private void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        if (end < buffer.Length) return;
        if (end >= LargestMessage) throw new IOException($"A message is larger than {LargestMessage} bytes.");
        Array.Resize(ref buffer, buffer.Length * 2);
    }

    private bool TryTake(out HttpMessage message)
    {
        message = default;
        var data = buffer.AsSpan(start, end - start);
        var headEnd = data.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return false;

        var head = data[..headEnd];
        var startLine = head.IndexOf("\r\n"u8) is var lineEnd and >= 0 ? lineEnd : head.Length;
        var bodyStart = headEnd + 4;
        var (length, chunked) = Framing(head[startLine..]);

        int consumed;
        if (chunked)
        {
            if (!TryJoinChunks(data[bodyStart..], out length, out var chunks)) return false;
            consumed = bodyStart + chunks;
        }
        else
        {
            consumed = bodyStart + length;
            if (data.Length < consumed) return false;
        }
        message = new HttpMessage(buffer.AsMemory(start, startLine), buffer.AsMemory(start + bodyStart, length));
        start += consumed;
        return true;
    }

    private static (int Length, bool Chunked) Framing(ReadOnlySpan<byte> headers)
    {
        while (headers.Length > 2)
        {
            headers = headers[2..];
            var lineEnd = headers.IndexOf("\r\n"u8) is var found and >= 0 ? found : headers.Length;
            var line = headers[..lineEnd];
            if (Value(line, "content-length:"u8) is { Length: > 0 } length)
                return Utf8Parser.TryParse(length, out int value, out _) && value >= 0 ? (value, false) : throw new IOException("Content-Length is not a number.");
            if (Value(line, "transfer-encoding:"u8) is { Length: > 0 }) return (0, true);
            headers = headers[lineEnd..];
        }
        return (0, false);
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name) ? line[name.Length..].Trim((byte)' ') : default;

    /// <summary>Moves the chunks together at the front of <paramref name="data"/>, once all of them are there.</summary>
    private static bool TryJoinChunks(Span<byte> data, out int length, out int consumed)
    {
        (length, consumed) = (0, 0);
        if (!AreComplete(data)) return false;
        while (true)
        {
            var (size, digits) = ChunkSize(data[consumed..]);
            consumed += digits;
            data.Slice(consumed, size).CopyTo(data[length..]);
            consumed += size + 2;
            length += size;
            if (size == 0) return true;
        }
    }

    private static bool AreComplete(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            if (data.IndexOf("\r\n"u8) < 0) return false;
            var (size, digits) = ChunkSize(data);
            if (data.Length < digits + size + 2) return false;
            if (size == 0) return true;
            data = data[(digits + size + 2)..];
        }
    }

    /// <returns>The size of the chunk, and the length of the line that gives it.</returns>
    private static (int Size, int LineLength) ChunkSize(ReadOnlySpan<byte> data)
    {
        var lineEnd = data.IndexOf("\r\n"u8);
        return Utf8Parser.TryParse(data[..lineEnd], out int size, out _, 'x') && size >= 0
            ? (size, lineEnd + 2)
            : throw new IOException("A chunk's size is not a number.");
    }
}
