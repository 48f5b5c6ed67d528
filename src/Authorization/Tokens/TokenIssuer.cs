using System.Text.Json.Serialization;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.IdTokens;

namespace QodOrleans.Authorization.Tokens;

/// <summary>Turns a redeemed grant into the token endpoint's answer.</summary>
internal sealed class TokenIssuer(AccessTokens tokens, IdTokenWriter idTokens)
{
    /// <summary>2-legged: the application on its own behalf.</summary>
    public TokenAnswer ForClient(Client client, string[] scopes) =>
        Answer(tokens.Issue(client.Id, subject: null, line: null, scopes), string.Join(' ', scopes), idToken: null);

    /// <summary>3-legged: application, operator and line in one token.</summary>
    public async Task<TokenAnswer> ForLineAsync(Client client, GrantTerms terms, CancellationToken cancellation)
    {
        var token = tokens.Issue(client.Id, terms.Subject, terms.Line, terms.Scope.Granted);
        return Answer(token, terms.Scope.Text, terms.Scope.OpenId ? await idTokens.WriteAsync(client, terms, token, cancellation) : null);
    }

    private TokenAnswer Answer(string token, string scope, string? idToken) => new(token, "Bearer", (int)tokens.Lifetime.TotalSeconds, scope, idToken);
}

internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("id_token")] string? IdToken);

[JsonSerializable(typeof(TokenAnswer))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class TokenJson : JsonSerializerContext;
