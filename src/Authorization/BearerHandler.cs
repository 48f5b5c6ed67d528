using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Authorization;

/// <summary>Why a request has no caller.</summary>
public enum BearerFailure
{
    /// <summary>No token.</summary>
    Missing,

    /// <summary>A token that was good until a while ago.</summary>
    Expired,

    /// <summary>Anything else where a token belongs.</summary>
    Invalid,
}

/// <summary>How requests are refused that have no token, or one that is not good enough. The header <c>WWW-Authenticate</c> is set by then.</summary>
public sealed class BearerOptions : AuthenticationSchemeOptions
{
    /// <summary>Writes the 401; the text is the reason, for the client. Default: without a body.</summary>
    public Func<HttpContext, BearerFailure, string, Task> OnChallenge { get; set; } = (context, _, _) =>
        AnswerAsync(context, StatusCodes.Status401Unauthorized);

    /// <summary>Writes the 403; the text is the reason, for the client. Default: without a body.</summary>
    public Func<HttpContext, string, Task> OnForbidden { get; set; } = (context, _) => AnswerAsync(context, StatusCodes.Status403Forbidden);

    private static Task AnswerAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}

/// <summary>RFC 6750 bearer tokens, from the Authorization header only.</summary>
internal sealed class BearerHandler(IOptionsMonitor<BearerOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens)
    : AuthenticationHandler<BearerOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // The token endpoint's Authorization header holds a client's credentials, not a token.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is null) return Task.FromResult(AuthenticateResult.NoResult());

        var header = Request.Headers.Authorization;
        if (header.Count == 0) return Task.FromResult(AuthenticateResult.NoResult());
        if (FieldValues.CredentialsOf(header, BearerExtensions.SchemeName) is not { } text)
            return Task.FromResult(AuthenticateResult.Fail("one bearer token is needed"));

        return Task.FromResult(tokens.TryRead(text, out var token, out var why)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new AccessTokenIdentity(token)), BearerExtensions.SchemeName))
            : AuthenticateResult.Fail(why));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure?.Message;
        Response.Headers.WWWAuthenticate = failure is null
            ? """Bearer realm="qod" """.TrimEnd()
            : $"""Bearer realm="qod", error="invalid_token", error_description="{failure}" """.TrimEnd();
        await (failure switch
        {
            null => Options.OnChallenge(Context, BearerFailure.Missing, "an access token is needed"),
            AccessTokens.Expired => Options.OnChallenge(Context, BearerFailure.Expired, failure),
            _ => Options.OnChallenge(Context, BearerFailure.Invalid, failure),
        });
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var scope = Context.GetEndpoint()?.Metadata.GetMetadata<ScopeRequirement>()?.Scope;
        Response.Headers.WWWAuthenticate = $"""Bearer realm="qod", error="insufficient_scope", scope="{scope}" """.TrimEnd();
        return Options.OnForbidden(Context, $"the access token lacks the scope {scope}");
    }
}

/// <summary>The caller, from the request's token.</summary>
public sealed class AccessTokenIdentity : ClaimsIdentity
{
    internal AccessTokenIdentity(AccessToken token)
        : base([new Claim("client_id", token.ClientId)], BearerExtensions.SchemeName, "client_id", ClaimTypes.Role) => Token = token;

    public Caller Caller => Token.Caller;

    internal AccessToken Token { get; }
}

/// <summary>The scope an operation needs.</summary>
internal sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public string Scope => scope;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.Identity is AccessTokenIdentity { Token: var token } && Array.IndexOf(token.Scopes, requirement.Scope) >= 0)
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

public static class BearerExtensions
{
    /// <summary>By which <see cref="BearerOptions"/> are named.</summary>
    public const string SchemeName = "Bearer";

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
    public static Caller Caller(this HttpContext context) => ((AccessTokenIdentity)context.User.Identity!).Caller;

    // Naming no scheme here makes authorization use what authentication has found already, instead of asking once more.
    private static AuthorizationPolicyBuilder NewPolicy() => new AuthorizationPolicyBuilder().RequireAuthenticatedUser();
}
