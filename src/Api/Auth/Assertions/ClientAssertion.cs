using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace QodOrleans.Api.Auth.Assertions;

/// <summary>By which a client says who it is: a JWT that it has signed with a key of its own (RFC 7523, 2.2 and 3; CAMARA's security profile).</summary>
internal sealed class ClientAssertion
{
    /// <summary>The one <c>client_assertion_type</c>.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>CAMARA's: between <c>iat</c> and <c>exp</c>, and between now and <c>exp</c>.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(300);

    /// <summary>How far a client's clock may be ahead of ours when it says since when an assertion is good. No such patience with its end:
    /// CAMARA's limit is ours, and a client that makes it live for a minute does not come near.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);

    /// <summary>The profile has no limit; nobody needs more.</summary>
    private const int LongestId = 256;

    private readonly AssertionHeader header;
    private readonly AssertionClaims claims;
    private readonly byte[] content;
    private readonly byte[] signature;

    private ClientAssertion(AssertionHeader header, AssertionClaims claims, byte[] content, byte[] signature) =>
        (this.header, this.claims, this.content, this.signature) = (header, claims, content, signature);

    /// <summary>Which client it claims to be from.</summary>
    public string ClientId => claims.Subject!;

    /// <summary>The <c>jti</c>: no two assertions of a client have the same.</summary>
    public string Id => claims.Id!;

    public DateTimeOffset ExpiresAt => TimeOf(claims.ExpiresAt!.Value);

    /// <returns>Null if that is no signed JWT with the claims that there must be. Nothing of it is believed yet.</returns>
    public static ClientAssertion? Read(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 3
            || !JoseText.TryDecode(parts[0], out var head) || !JoseText.TryDecode(parts[1], out var body) || !JoseText.TryDecode(parts[2], out var signature)) return null;
        AssertionHeader? header;
        AssertionClaims? claims;
        try
        {
            header = JsonSerializer.Deserialize(head, AssertionJson.Default.AssertionHeader);
            claims = JsonSerializer.Deserialize(body, AssertionJson.Default.AssertionClaims);
        }
        catch (JsonException)
        {
            return null;
        }
        // RFC 7515, 4.1.11: what must be understood, and is not, makes it invalid. What a key is for, the client's registration says.
        if (header is not { Algorithm: not null, Critical: null, Type: var type } || !IsOurType(type)) return null;
        if (claims is not { Issuer: not null, Subject: not null, Audiences.Length: > 0, Id.Length: > 0 and <= LongestId, ExpiresAt: not null }
            || !IsTime(claims.ExpiresAt) || !IsTime(claims.IssuedAt) || !IsTime(claims.NotBefore)) return null;
        return new ClientAssertion(header, claims, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature);
    }

    public bool IsSignedWith(ClientKeySet keys) => keys.Verify(header.Algorithm!, header.KeyId, content, signature);

    /// <summary>Asked about one that is signed by its client.</summary>
    /// <param name="audiences">By any of which we may be meant. One that is also for somebody else is not for us: that one could show it here.</param>
    /// <returns>Null, or why it is not good here and now.</returns>
    public string? WhyRefused(IReadOnlyCollection<string> audiences, DateTimeOffset now)
    {
        if (claims.Issuer != claims.Subject) return "iss and sub differ";
        if (!claims.Audiences!.All(audiences.Contains)) return "aud names somebody else";
        if (ExpiresAt <= now) return "it has expired";
        if (ExpiresAt > now + LongestLife) return "exp is too far ahead";
        if (claims.IssuedAt is { } issued && (TimeOf(issued) > now + Skew || ExpiresAt - TimeOf(issued) > LongestLife)) return "iat is in the future, or too long before exp";
        if (claims.NotBefore is { } start && TimeOf(start) > now + Skew) return "nbf is in the future";
        return null;
    }

    /// <summary>RFC 8725, 3.11: a JWT that says it is something else is not taken for this.</summary>
    private static bool IsOurType(string? type) =>
        type is null || type.Equals("JWT", StringComparison.OrdinalIgnoreCase) || type.Equals("client-authentication+jwt", StringComparison.OrdinalIgnoreCase);

    /// <summary>Absent, or seconds since 1970 that are a date; fractions are allowed (RFC 7519, 2).</summary>
    private static bool IsTime(double? seconds) => seconds is null or (>= 0 and <= 253_402_300_799);

    private static DateTimeOffset TimeOf(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}

internal sealed record AssertionHeader(
    [property: JsonPropertyName("alg")] string? Algorithm,
    [property: JsonPropertyName("kid")] string? KeyId,
    [property: JsonPropertyName("typ")] string? Type,
    [property: JsonPropertyName("crit")] JsonElement? Critical);

internal sealed record AssertionClaims(
    [property: JsonPropertyName("iss")] string? Issuer,
    [property: JsonPropertyName("sub")] string? Subject,
    [property: JsonPropertyName("aud"), JsonConverter(typeof(AudienceConverter))] string[]? Audiences,
    [property: JsonPropertyName("jti")] string? Id,
    [property: JsonPropertyName("exp")] double? ExpiresAt,
    [property: JsonPropertyName("iat")] double? IssuedAt,
    [property: JsonPropertyName("nbf")] double? NotBefore);

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

    public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options) => throw new NotSupportedException("We check assertions, and write none.");
}

[JsonSerializable(typeof(AssertionHeader))]
[JsonSerializable(typeof(AssertionClaims))]
[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
internal sealed partial class AssertionJson : JsonSerializerContext;
