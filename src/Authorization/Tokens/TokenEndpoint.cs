using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.Http;
using QodOrleans.Authorization.Limits;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Core.Authorization;

namespace QodOrleans.Authorization.Tokens;

/// <summary><c>POST /token</c>, RFC 6749 and CIBA core 10: one method per grant type. No password grant, and nothing implicit.</summary>
internal sealed class TokenEndpoint(ClientAuthenticator authenticator, RateLimits limits, AuthorizationGrants grants, TokenIssuer issuer, ScopeCatalog scopes)
{
    public const string ClientCredentials = "client_credentials";
    public const string AuthorizationCode = "authorization_code";
    public const string Ciba = "urn:openid:params:grant-type:ciba";

    /// <summary>Those that are read here.</summary>
    private static readonly string[] Known = ["grant_type", "scope", "code", "redirect_uri", "code_verifier", "auth_req_id"];

    private static readonly ErrorAnswer Pending = OAuthErrors.Error(400, "authorization_pending", "the person has not decided yet");
    private static readonly ErrorAnswer SlowDown = OAuthErrors.Error(400, "slow_down", "the interval is now 5 seconds longer");
    private static readonly ErrorAnswer Expired = OAuthErrors.Error(400, "expired_token", "the auth_req_id has expired");
    private static readonly ErrorAnswer Denied = OAuthErrors.Error(400, "access_denied", "the person has refused");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(AuthorizationPaths.Token, ActivatorUtilities.CreateInstance<TokenEndpoint>(routes.ServiceProvider).Token);

    private Task Token(HttpContext context) => authenticator.ServeAsync(context, AuthorizationPaths.Token, Known, limits.AdmitsToken, GrantAsync);

    private Task GrantAsync(HttpContext context, Client client, Parameters form) => form["grant_type"] switch
    {
        null => context.WriteErrorAsync(OAuthErrors.Invalid("grant_type is missing")),
        ClientCredentials => ClientCredentialsAsync(context, client, form["scope"]),
        AuthorizationCode => AuthorizationCodeAsync(context, client, form),
        Ciba => CibaAsync(context, client, form["auth_req_id"]),
        _ => context.WriteErrorAsync(OAuthErrors.Error(400, "unsupported_grant_type", $"supported are {ClientCredentials}, {AuthorizationCode} and {Ciba}")),
    };

    /// <summary>RFC 6749, 4.4. No scope asks for all that the client may have.</summary>
    private Task ClientCredentialsAsync(HttpContext context, Client client, string? scope)
    {
        string[] granted = [.. client.Scopes];
        return scope is null || scopes.TryGrant(scope, client.Scopes, out granted)
            ? AnswerAsync(context, issuer.ForClient(client, granted))
            : context.WriteErrorAsync(OAuthErrors.ScopeInvalid);
    }

    /// <summary>RFC 6749, 4.1.3, and RFC 7636. If anything does not match, the code is used up all the same: a
    /// thief with half of what is needed gets no second try.</summary>
    private async Task AuthorizationCodeAsync(HttpContext context, Client client, Parameters form)
    {
        if (form["code"] is not { } code || form["redirect_uri"] is not { } redirectUri)
        {
            await context.WriteErrorAsync(OAuthErrors.Invalid("code and redirect_uri are needed"));
            return;
        }
        var (_, terms) = await grants.RedeemCodeAsync(client, code, context.RequestAborted);
        if (terms is null || terms.RedirectUri != redirectUri || !CodeChallenge.IsMetBy(terms.CodeChallenge, form["code_verifier"]))
            await context.WriteErrorAsync(OAuthErrors.GrantInvalid);
        else
            await AnswerAsync(context, await issuer.ForLineAsync(client, terms, context.RequestAborted));
    }

    private async Task CibaAsync(HttpContext context, Client client, string? authReqId)
    {
        if (authReqId is null)
        {
            await context.WriteErrorAsync(OAuthErrors.Invalid("auth_req_id is missing"));
            return;
        }
        var (answer, terms) = await grants.PollAsync(client, authReqId, context.RequestAborted);
        await (answer switch
        {
            RedeemResult.Granted => AnswerAsync(context, await issuer.ForLineAsync(client, terms!, context.RequestAborted)),
            RedeemResult.Pending => context.WriteErrorAsync(Pending),
            RedeemResult.TooFast => context.WriteErrorAsync(SlowDown),
            RedeemResult.Expired => context.WriteErrorAsync(Expired),
            RedeemResult.Denied => context.WriteErrorAsync(Denied),
            RedeemResult.Unknown or RedeemResult.Replayed => context.WriteErrorAsync(OAuthErrors.GrantInvalid),
            _ => throw new InvalidOperationException($"No answer for {answer}."),
        });
    }

    private static Task AnswerAsync(HttpContext context, TokenAnswer answer) =>
        context.WriteJsonAsync(StatusCodes.Status200OK, answer, TokenJson.Default.TokenAnswer);
}
