using System.Text.Json.Serialization;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Core.Operators;

namespace QodOrleans.Authorization.Grants;

/// <summary>What the token shall say once the grant is redeemed. Names a person: it leaves the process sealed only.</summary>
/// <param name="AuthenticatedAt">When the network identified the line.</param>
internal sealed record GrantTerms(string Subject, SubscriberLine Line, ScopeRequest Scope, DateTimeOffset AuthenticatedAt)
{
    /// <summary>For the id_token of the code flow.</summary>
    public string? Nonce { get; init; }

    /// <summary>Where the code was sent; null for a backchannel request.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>RFC 7636, S256; null where none was sent.</summary>
    public string? CodeChallenge { get; init; }
}

[JsonSerializable(typeof(GrantTerms))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class GrantJson : JsonSerializerContext;
