using System.Text.Json;
using System.Text.Json.Serialization;
using QodOrleans.Authorization.OAuth;

namespace QodOrleans.Authorization.Jose;

/// <summary>A JWT in compact form (RFC 7515, 7.1), not verified yet: nothing in it may be believed before <see cref="IsSignedWithAsync"/> has
/// returned true.</summary>
/// <remarks>Header and claims are read more strictly here than by the library, which then verifies the same text: a member given twice, a claim of
/// another type, or base64 with blanks or padding could be understood differently by another reader.</remarks>
internal sealed class SignedJwt
{
    private readonly string text;
    private readonly JwtHeader header;

    private SignedJwt(string text, JwtHeader header, JwtClaims claims, byte[] payload)
    {
        (this.text, this.header) = (text, header);
        (Claims, Payload) = (claims, payload);
    }

    /// <summary>The claims that RFC 7519 defines.</summary>
    public JwtClaims Claims { get; }

    /// <summary>All claims, a JSON object in UTF-8.</summary>
    public byte[] Payload { get; }

    /// <param name="types">The allowed values of <c>typ</c>, which may also be absent. RFC 8725, 3.11: a JWT of another type is refused.</param>
    /// <returns>Null if it is no signed JWT, or needs an extension that we do not have.</returns>
    public static SignedJwt? Read(string text, params ReadOnlySpan<string> types)
    {
        if (text.Split('.') is not [var first, var second, var third]
            || !JoseText.TryDecode(first, out var head) || !JoseText.TryDecode(second, out var payload) || !JoseText.TryDecode(third, out _))
            return null;
        try
        {
            var header = JsonSerializer.Deserialize(head, JwtJson.Default.JwtHeader);
            // RFC 7515, 4.1.11: a JWT with a critical extension that is not understood is invalid.
            if (header is not { Algorithm: not null, Critical: null } || (header.Type is not null && !IsAnyOf(header.Type, types))) return null;
            var claims = JsonSerializer.Deserialize(payload, JwtJson.Default.JwtClaims);
            return claims is { AreTimes: true } ? new SignedJwt(text, header, claims, payload) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public Task<bool> IsSignedWithAsync(ClientKeySet keys) => keys.VerifyAsync(text, header.Algorithm!, header.KeyId);

    private static bool IsAnyOf(string type, ReadOnlySpan<string> types)
    {
        foreach (var known in types)
            if (type.Equals(known, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}

internal sealed record JwtHeader(
    [property: JsonPropertyName("alg")] string? Algorithm,
    [property: JsonPropertyName("kid")] string? KeyId,
    [property: JsonPropertyName("typ")] string? Type,
    [property: JsonPropertyName("crit")] JsonElement? Critical);

/// <param name="Expires">Seconds since 1970, as all times here; fractions are allowed.</param>
internal sealed record JwtClaims(
    [property: JsonPropertyName("iss")] string? Issuer,
    [property: JsonPropertyName("sub")] string? Subject,
    [property: JsonPropertyName("aud"), JsonConverter(typeof(AudienceConverter))] string[]? Audiences,
    [property: JsonPropertyName("jti")] string? Id,
    [property: JsonPropertyName("exp")] double? Expires,
    [property: JsonPropertyName("iat")] double? Issued,
    [property: JsonPropertyName("nbf")] double? Starts)
{
    [JsonIgnore]
    public DateTimeOffset? ExpiresAt => TimeOf(Expires);

    [JsonIgnore]
    public DateTimeOffset? IssuedAt => TimeOf(Issued);

    [JsonIgnore]
    public DateTimeOffset? StartsAt => TimeOf(Starts);

    [JsonIgnore]
    internal bool AreTimes => IsTime(Expires) && IsTime(Issued) && IsTime(Starts);

    /// <summary>Whether it is for one of these, and for no other server, which could replay it here.</summary>
    /// <param name="meant">By any of which it can be meant for the endpoint that it was sent to.</param>
    /// <param name="issuer">Ours; all that we are called by begins with it.</param>
    public bool AreFor(IReadOnlyCollection<string> meant, string issuer) =>
        Audiences is { Length: > 0 } && Audiences.Any(meant.Contains) && Audiences.All(audience => OurAddresses.Are(audience, issuer));

    private static bool IsTime(double? seconds) => seconds is null or (>= 0 and <= 253_402_300_799);

    private static DateTimeOffset? TimeOf(double? seconds) => seconds is { } given ? DateTimeOffset.UnixEpoch.AddSeconds(given) : null;
}

/// <summary>One text, or several (RFC 7519, 4.1.3).</summary>
internal sealed class AudienceConverter : JsonConverter<string[]>
{
    public override string[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return [reader.GetString()!];
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        var all = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            all.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException());
        return [.. all];
    }

    public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException("These are read, and never written.");
}

[JsonSerializable(typeof(JwtHeader))]
[JsonSerializable(typeof(JwtClaims))]
[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
internal sealed partial class JwtJson : JsonSerializerContext;
