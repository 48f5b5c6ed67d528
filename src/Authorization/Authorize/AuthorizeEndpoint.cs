using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Consents;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.Http;
using QodOrleans.Authorization.Limits;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Authorization.Tokens;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.Authorize;

/// <summary><c>/authorize</c>, RFC 6749, 4.1.1: the person's device opens it, and its network identifies the line.</summary>
internal sealed class AuthorizeEndpoint(
    ClientRegistry clients, RateLimits limits, RequestObject requests, LineIdentification lineIdentification, PairwiseSubjects subjects,
    AuthorizationGrants grants, ConsentPage consentPage, ScopeCatalog scopes, TimeProvider time, IOptions<AuthorizationServerOptions> options)
{
    /// <summary>Those we read. All others are ignored, repeated or not.</summary>
    private static readonly string[] Known =
    [
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
        "prompt", "max_age", "login_hint", "request", "request_uri",
    ];

    /// <summary>CAMARA's profile has them in a signed request and beside it, the same in both; RFC 9101 has all but the client_id in it alone.</summary>
    private static readonly string[] StatedTwice = ["client_id", "redirect_uri", "response_type", "scope"];

    /// <summary>What <c>prompt</c> may ask for.</summary>
    public static IReadOnlyList<string> Prompts { get; } = ["none", "login", "consent"];

    private readonly string issuer = options.Value.Issuer;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoint = ActivatorUtilities.CreateInstance<AuthorizeEndpoint>(routes.ServiceProvider);
        // OpenID Connect core 3.1.2.1 asks for both methods.
        routes.MapMethods(AuthorizationPaths.Authorize, ["GET", "POST"], endpoint.Authorize);
    }

    private async Task Authorize(HttpContext context)
    {
        if (!limits.AdmitsPage(context.Connection.RemoteIpAddress, out var retryAfterSeconds))
        {
            await context.WriteErrorAsync(HtmlPages.TooMany(retryAfterSeconds));
            return;
        }
        var (parameters, problem) = HttpMethods.IsPost(context.Request.Method)
            ? await Parameters.ReadFormAsync(context)
            : (Parameters.OfQuery(context.Request), default);
        if (problem == FormProblem.TooLarge)
        {
            await context.WriteErrorAsync(HtmlPages.TooLarge);
            return;
        }

        // 1. The client, and where the answer may go. Until both are certain, there is no redirect. Of a signed request, only what is signed counts.
        var client = parameters?["client_id"] is { } id ? clients.Find(id) : null;
        var signed = parameters?["request"];
        var asked = client is null || signed is null ? parameters : await requests.ReadAsync(client, signed, AuthorizationPaths.Authorize);
        if (client is null || (parameters!["redirect_uri"] ?? asked?["redirect_uri"]) is not { } uri
            || !client.RedirectUris.Contains(uri, StringComparer.Ordinal))
        {
            await context.WritePageAsync(StatusCodes.Status400BadRequest, "The application's request is out of order",
                "<p>Its client_id is not known here, or its redirect_uri is not one that is registered for it. "
                + "Redirect URIs are compared character by character.</p>");
            return;
        }
        var response = new AuthorizationResponse(uri, parameters["state"]);

        // 2. Whether it is unambiguous.
        if (Known.FirstOrDefault(parameters.IsRepeated) is { } repeated)
        {
            response.SendError(context, "invalid_request", $"{repeated} is given more than once", issuer);
            return;
        }
        if (signed is not null)
        {
            if (asked is null || StatedTwice.Any(name => asked[name] is not { } inside || (parameters[name] ?? inside) != inside))
            {
                response.SendError(
                    context, "invalid_request_object", $"{RequestObject.Needed}; {string.Join(", ", StatedTwice)} in it, and not others beside it", issuer);
                return;
            }
            parameters = asked;
            response = new AuthorizationResponse(uri, parameters["state"]);
        }

        // 3. Whether the request is in order.
        if (Check(parameters, client, out var scope) is var (error, description))
        {
            response.SendError(context, error, description, issuer);
            return;
        }
        try
        {
            await AnswerAsync(context, client, parameters, scope!, response);
        }
        catch (StoreUnavailableException)
        {
            response.SendError(context, "temporarily_unavailable", "try again", issuer);
        }
    }

    private async Task AnswerAsync(HttpContext context, Client client, Parameters parameters, ScopeRequest scope, AuthorizationResponse response)
    {
        // 4. Which line it is.
        if (await lineIdentification.IdentifyAsync(context, parameters["login_hint"]) is not { } identified)
        {
            response.SendError(context, "invalid_request", "login_hint is neither tel: nor ipport:", issuer);
            return;
        }
        if (identified.Line is not { } line)
        {
            var (error, description) = LineIdentification.IsPassing(identified.Error!)
                ? ("temporarily_unavailable", "the operator does not answer")
                : ("access_denied", "no operator here knows the line, or its operator offers no quality on demand");
            response.SendError(context, error, description, issuer);
            return;
        }
        var terms = new GrantTerms(subjects.Of(client.Id, line), line, scope, time.GetUtcNow())
        {
            Nonce = parameters["nonce"],
            RedirectUri = response.Uri,
            CodeChallenge = parameters["code_challenge"],
        };

        // 5. Whether the person must be asked.
        var prompts = parameters["prompt"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (client.ConsentRequired && (prompts.Contains("consent") || !await grants.IsConsentedAsync(client, terms, context.RequestAborted)))
        {
            if (prompts.Contains("none")) response.SendError(context, "consent_required", "the person has to be asked", issuer);
            else await consentPage.ShowAsync(context, client, terms, new ConsentQuestion.Code(response.State));
            return;
        }

        // 6. The code.
        response.SendCode(context, await grants.NewCodeAsync(client, terms, context.RequestAborted), issuer);
    }

    private (string Error, string Description)? Check(Parameters parameters, Client client, out ScopeRequest? scope)
    {
        scope = null;
        if (parameters["request_uri"] is not null) return ("request_uri_not_supported", "requests are not fetched");
        if (parameters["response_type"] is not { } type) return ("invalid_request", "response_type is missing");
        if (type != "code") return ("unsupported_response_type", "response_type must be code");
        if (parameters["response_mode"] is not (null or "query")) return ("invalid_request", "response_mode must be query");
        if (parameters["prompt"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { } prompts)
        {
            if (prompts.Contains("none") && prompts.Length > 1) return ("invalid_request", "prompt none goes with no other");
            // A request's address belongs to one line: there is nothing to choose from. To log in anew is what each request does.
            if (prompts.Contains("select_account")) return ("account_selection_required", "the network says which line it is, and nobody chooses");
            if (prompts.Any(prompt => !Prompts.Contains(prompt))) return ("invalid_request", $"prompt must be of {string.Join(", ", Prompts)}");
        }
        // Each request authenticates anew, so every age is satisfied.
        if (parameters["max_age"] is { } age && (age.Length > 9 || age.Any(c => !char.IsAsciiDigit(c))))
            return ("invalid_request", "max_age must be a number of seconds");

        // RFC 7636, 4.3: without a method, "plain" is meant.
        var (challenge, method) = (parameters["code_challenge"], parameters["code_challenge_method"]);
        if (method != (challenge is null ? null : CodeChallenge.Method))
            return ("invalid_request", $"code_challenge needs code_challenge_method {CodeChallenge.Method}, and the other way round");
        if (challenge is not null && !CodeChallenge.IsWellFormed(challenge)) return ("invalid_request", "code_challenge must be a SHA-256 in base64url");

        scope = ScopeRequest.Read(parameters["scope"], client, scopes);
        return scope is null
            ? ("invalid_scope", "a scope is missing, unknown or not registered for this client, or it is not for exactly one purpose, dpv:something")
            : null;
    }
}
