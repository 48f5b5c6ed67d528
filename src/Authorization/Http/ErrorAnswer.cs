using Microsoft.Extensions.Primitives;

namespace QodOrleans.Authorization.Http;

/// <summary>An error, ready to be sent.</summary>
/// <param name="Code">The code in its body, for metrics.</param>
/// <param name="RetryAfterSeconds">0 for none.</param>
public sealed record ErrorAnswer(int Status, string Code, byte[] Body, int RetryAfterSeconds = 0)
{
    public string ContentType { get; init; } = Answers.Json;

    /// <summary>What else stands in its head.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; init; } = [];
}
