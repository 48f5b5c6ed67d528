using System.Buffers;

namespace QodOrleans.Core.Sessions;

/// <summary>CAMARA <c>sessionId</c>: a UUID. Version 7 when we make it, so that new rows land side by side in the primary key.</summary>
public readonly record struct SessionId(Guid Value)
{
    private const int TextLength = 36;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("0123456789abcdefABCDEF-");

    /// <summary>Accepts only the plain 36-character form; <see cref="Guid"/> alone also takes braces, blanks, and groups that start with "0x" or "+".</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionId id)
    {
        var ok = Guid.TryParseExact(text, "D", out var value) && text.Length == TextLength && !text.ContainsAnyExcept(Alphabet);
        id = new SessionId(value);
        return ok;
    }

    public override string ToString() => Value.ToString("D");
}
