using Microsoft.Extensions.Options;
using QodOrleans.Authorization;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>What a part of the authorization server needs that a test makes by itself.</summary>
internal static class TestOptions
{
    public static ScopeCatalog Scopes { get; } = new(new ApiScopes("qod", ["qod-sessions-write", "qod-sessions-read"]), new ApiScopes("qos-profiles", ["qos-profiles:read"]));

    public static IOptions<AuthorizationServerOptions> Default { get; } = Options.Create(new AuthorizationServerOptions());

    /// <summary>What stops the host's start.</summary>
    public static IReadOnlyList<string> Complaints(AuthorizationServerOptions options) =>
        [.. new AuthorizationServerOptionsValidator(Scopes).Validate(null, options).Failures ?? []];
}
