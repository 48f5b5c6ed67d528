using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Api.Auth;

/// <summary>RFC 6750 bearer tokens, from the Authorization header only. Refusals are answered in the surface's shape.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // The token endpoint has an Authorization header too; what it says is not for us.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is null) return Task.FromResult(AuthenticateResult.NoResult());

        var header = Request.Headers.Authorization;
        if (header.Count == 0) return Task.FromResult(AuthenticateResult.NoResult());
        if (FieldValues.CredentialsOf(header, SchemeName) is not { } text) return Task.FromResult(AuthenticateResult.Fail("one bearer token is needed"));

        return Task.FromResult(tokens.TryRead(text, out var token, out var why)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new AccessTokenIdentity(token)), SchemeName))
            : AuthenticateResult.Fail(why));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure?.Message;
        Response.Headers.WWWAuthenticate = failure is null
            ? """Bearer realm="qod" """.TrimEnd()
            : $"""Bearer realm="qod", error="invalid_token", error_description="{failure}" """.TrimEnd();
        await Context.WriteFaultAsync(failure switch
        {
            null => new Fault(FaultKind.CredentialsMissing, "an access token is needed"),
            AccessTokens.Expired => new Fault(FaultKind.CredentialsExpired, failure),
            _ => new Fault(FaultKind.Unauthenticated, failure),
        });
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var scope = Context.GetEndpoint()?.Metadata.GetMetadata<ScopeRequirement>()?.Scope;
        Response.Headers.WWWAuthenticate = $"""Bearer realm="qod", error="insufficient_scope", scope="{scope}" """.TrimEnd();
        return Context.WriteFaultAsync(new Fault(FaultKind.Forbidden, $"the access token lacks the scope {scope}"));
    }
}

/// <summary>Who a request comes from, as its token says.</summary>
internal sealed class AccessTokenIdentity(AccessToken token)
    : ClaimsIdentity([new Claim("client_id", token.ClientId)], BearerHandler.SchemeName, "client_id", ClaimTypes.Role)
{
    public AccessToken Token => token;
}

/// <summary>The scope an operation needs.</summary>
internal sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public string Scope => scope;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.Identity is AccessTokenIdentity { Token: var token } && Array.IndexOf(token.Scopes, requirement.Scope) >= 0) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

internal static class AuthEndpointExtensions
{
    private static readonly AuthorizationPolicy AnyToken = NewPolicy().Build();

    /// <summary>Any valid token will do.</summary>
    public static TBuilder RequireToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(AnyToken);

    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        var requirement = new ScopeRequirement(scope);
        return builder.RequireAuthorization(NewPolicy().AddRequirements(requirement).Build()).WithMetadata(requirement);
    }

    /// <summary>Only for endpoints that require a token.</summary>
    public static Caller Caller(this HttpContext context) => ((AccessTokenIdentity)context.User.Identity!).Token.Caller;

    // Naming no scheme here makes authorization use what authentication has found already, instead of asking once more.
    private static AuthorizationPolicyBuilder NewPolicy() => new AuthorizationPolicyBuilder().RequireAuthenticatedUser();
}
