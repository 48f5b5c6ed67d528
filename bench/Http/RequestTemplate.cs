using System.Buffers.Text;
using System.Net;
using System.Text;

namespace QodOrleans.Bench.Http;

/// <summary>A request whose bytes are built once; what differs from one to the next is written over a placeholder of the same width.</summary>
internal sealed class RequestTemplate
{
    private readonly byte[] bytes;
    private readonly Range blank;

    private RequestTemplate(byte[] bytes, string placeholder)
    {
        this.bytes = bytes;
        var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(placeholder));
        if (at < 0) throw new ArgumentException($"The request does not hold '{placeholder}'.", nameof(placeholder));
        blank = at..(at + placeholder.Length);
    }

    /// <param name="placeholder">Occurs in the target or in the body; its first occurrence is the part that varies.</param>
    public static RequestTemplate Of(string method, string target, IPEndPoint host, string? token, string? json, string placeholder) =>
        new(Build(method, target, host, token is null ? null : $"Bearer {token}", "application/json", json), placeholder);

    public static byte[] Build(string method, string target, IPEndPoint host, string? authorization, string contentType, string? body)
    {
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
        if (authorization is not null) head.Append($"Authorization: {authorization}\r\n");
        if (body is not null) head.Append($"Content-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        return Encoding.UTF8.GetBytes($"{head}\r\n{body}");
    }

    /// <summary>A writer for one connection: each call of <see cref="Writer.With(long)"/> overwrites what the last one returned.</summary>
    public Writer NewWriter() => new([.. bytes], blank);

    internal sealed class Writer(byte[] bytes, Range blank)
    {
        /// <param name="number">Written with leading zeros.</param>
        public ReadOnlyMemory<byte> With(long number)
        {
            var digits = bytes.AsSpan(blank);
            if (!Utf8Formatter.TryFormat(number, digits, out _, new('D', (byte)digits.Length)))
                throw new ArgumentOutOfRangeException(nameof(number), number, $"Has more than {digits.Length} digits.");
            return bytes;
        }

        /// <param name="text">ASCII, as long as the placeholder.</param>
        public ReadOnlyMemory<byte> With(ReadOnlySpan<byte> text)
        {
            text.CopyTo(bytes.AsSpan(blank));
            return bytes;
        }
    }
}
