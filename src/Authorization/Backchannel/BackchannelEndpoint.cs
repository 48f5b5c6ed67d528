using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Consents;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.Http;
using QodOrleans.Authorization.Limits;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Engine;

namespace QodOrleans.Authorization.Backchannel;

/// <summary><c>POST /bc-authorize</c>, CIBA core 7, poll mode: an application asks for a line that it names.</summary>
internal sealed class BackchannelEndpoint(
    ClientAuthenticator authenticator, RateLimits limits, RequestObject requests, ISessionEngine engine, PairwiseSubjects subjects,
    AuthorizationGrants grants, ScopeCatalog scopes, TimeProvider time, IOptions<AuthorizationServerOptions> options)
{
    private static readonly ErrorAnswer HintInvalid = OAuthErrors.Invalid(
        "exactly one hint is needed, and login_hint must be tel:+<number>, ipport:<IPv4>, ipport:<IPv4>:<port>, ipport:[<IPv6>] or ipport:[<IPv6>]:<port>");

    private static readonly ErrorAnswer UserUnknown = OAuthErrors.Error(400, "unknown_user_id", "no operator here knows the line");
    private static readonly ErrorAnswer HintUnsupported = OAuthErrors.Error(400, "unknown_user_id", "no operator here knows a line by a hint of this kind");
    private static readonly ErrorAnswer ServiceMissing = OAuthErrors.Error(403, "access_denied", "the line's operator offers no quality on demand");

    private static readonly ErrorAnswer ObjectInvalid = OAuthErrors.Error(400, "invalid_request_object", RequestObject.Needed);

    /// <summary>CIBA core 7.1. Of these only the first one is supported.</summary>
    private static readonly string[] Hints = ["login_hint", "login_hint_token", "id_token_hint"];

    /// <summary>Those we read.</summary>
    private static readonly string[] Known = ["scope", "purpose", .. Hints];

    private readonly AuthorizationServerOptions options = options.Value;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(AuthorizationPaths.Backchannel, ActivatorUtilities.CreateInstance<BackchannelEndpoint>(routes.ServiceProvider).BackchannelAuthorize);

    private Task BackchannelAuthorize(HttpContext context) =>
        authenticator.ServeAsync(context, AuthorizationPaths.Backchannel, [.. Known, "request"], limits.AdmitsLogin, AuthorizeAsync);

    private async Task AuthorizeAsync(HttpContext context, Client client, Parameters form)
    {
        if (form["request"] is { } signed)
        {
            // CIBA core 7.1.1: what is signed is the whole request, and nothing stands beside it but the client's authentication.
            if (Known.Any(name => form[name] is not null))
            {
                await context.WriteErrorAsync(OAuthErrors.Invalid("what belongs to a signed request must be in it, and not beside it"));
                return;
            }
            if (await requests.ReadAsync(client, signed, AuthorizationPaths.Backchannel) is not { } request)
            {
                await context.WriteErrorAsync(ObjectInvalid);
                return;
            }
            form = request;
        }
        // CIBA core 7.1: exactly one hint.
        if (Hints.Count(name => form[name] is not null) != 1)
        {
            await context.WriteErrorAsync(HintInvalid);
            return;
        }
        if (form["login_hint"] is not { } hint || LoginHint.IsOfUnknownKind(hint))
        {
            await context.WriteErrorAsync(HintUnsupported);
            return;
        }
        if (LoginHint.Read(hint) is not { } device)
        {
            await context.WriteErrorAsync(HintInvalid);
            return;
        }
        // An operator's own collection of requests names the scope so.
        var asked = form["scope"] ?? form["purpose"];
        if (ScopeRequest.Read(asked, client, scopes) is not { } scope)
        {
            await context.WriteErrorAsync(asked is null ? OAuthErrors.Invalid("scope is missing") : OAuthErrors.ScopeInvalid);
            return;
        }
        var identified = await engine.IdentifyLineAsync(device, context.RequestAborted);
        if (identified.Line is not { } line)
        {
            await context.WriteErrorAsync(identified.Error!.Code switch
            {
                SessionErrorCode.DeviceNotIdentified or SessionErrorCode.DeviceInconsistent => UserUnknown,
                SessionErrorCode.ServiceNotApplicable => ServiceMissing,
                _ => OAuthErrors.Unavailable,
            });
            return;
        }

        var terms = new GrantTerms(subjects.Of(client.Id, line), line, scope, time.GetUtcNow());
        var ask = client.ConsentRequired && !await grants.IsConsentedAsync(client, terms, context.RequestAborted);
        var (authReqId, ticket) = await grants.NewRequestAsync(client, terms, ask, context.RequestAborted);
        // The link is for the person. In the sandbox the developer stands in for them.
        var consentUri = ticket is not null && options.Mode == QodMode.Sandbox ? $"{options.Issuer}{AuthorizationPaths.Consent}/{ticket}" : null;
        var answer = new BackchannelAnswer(
            authReqId, (int)options.Authorization.RequestLifetime.TotalSeconds, (int)options.Authorization.PollInterval.TotalSeconds, consentUri);
        await context.WriteJsonAsync(StatusCodes.Status200OK, answer, BackchannelJson.Default.BackchannelAnswer);
    }
}

/// <param name="ExpiresIn">Seconds.</param>
/// <param name="Interval">Seconds.</param>
/// <param name="ConsentUri">Sandbox only, and only where consent is asked for.</param>
internal sealed record BackchannelAnswer(
    [property: JsonPropertyName("auth_req_id")] string AuthReqId,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("interval")] int Interval,
    [property: JsonPropertyName("consent_uri")] string? ConsentUri);

[JsonSerializable(typeof(BackchannelAnswer))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class BackchannelJson : JsonSerializerContext;
