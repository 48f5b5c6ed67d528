using Microsoft.Extensions.Options;
using QodOrleans.Api.Auth.Authorize;
using QodOrleans.Api.Auth.Grants;
using QodOrleans.Api.Auth.Limits;
using QodOrleans.Api.Auth.OAuth;
using QodOrleans.Api.Http;
using QodOrleans.Core.Storage;

namespace QodOrleans.Api.Auth.Consents;

/// <summary><c>GET /consent/{ticket}</c> asks about a backchannel request; <c>POST /consent</c> takes the decision, on that and on a code.</summary>
internal sealed class ConsentEndpoint(ClientRegistry clients, RateLimits limits, GrantBook grants, ConsentPage page, IOptions<ApiOptions> options)
{
    public const string Path = "/consent";

    public static readonly Surface Surface = new("oauth-consent", Path, Map, Pages.Describe) { AnswersPages = true };

    private readonly string issuer = options.Value.Issuer;

    private static void Map(IEndpointRouteBuilder routes)
    {
        var endpoint = ActivatorUtilities.CreateInstance<ConsentEndpoint>(routes.ServiceProvider);
        routes.MapGet($"{Path}/{{ticket}}", context => endpoint.ServeAsync(context, endpoint.Ask)).WithMetadata(Surface);
        routes.MapPost(Path, context => endpoint.ServeAsync(context, endpoint.Decide)).WithMetadata(Surface);
    }

    private async Task ServeAsync(HttpContext context, Func<HttpContext, Task> serve)
    {
        if (!limits.AdmitsPage(context.Connection.RemoteIpAddress, out var retryAfterSeconds))
        {
            await context.WriteFaultAsync(new Fault(FaultKind.TooManyRequests, "Please wait a moment.", retryAfterSeconds));
            return;
        }
        try
        {
            await serve(context);
        }
        catch (StoreUnavailableException)
        {
            await context.WriteFaultAsync(new Fault(FaultKind.Unavailable));
        }
    }

    private async Task Ask(HttpContext context)
    {
        var ticket = (string)context.Request.RouteValues["ticket"]!;
        var open = await grants.FindOpenAsync(ticket, context.RequestAborted);
        if (open is var (clientId, terms) && clients.Find(clientId) is { } client) await page.ShowAsync(context, client, terms, new ConsentQuestion.Request(ticket));
        else await NothingToDecideAsync(context, StatusCodes.Status404NotFound);
    }

    private async Task Decide(HttpContext context)
    {
        var form = await Parameters.ReadFormAsync(context);
        if (page.Read(context, form?["question"]) is not { } open || clients.Find(open.ClientId) is not { } client || form!["decision"] is not ("approve" or "deny"))
        {
            await NothingToDecideAsync(context, StatusCodes.Status400BadRequest);
            return;
        }
        var approve = form["decision"] == "approve";
        switch (open.Question)
        {
            case ConsentQuestion.Request(var ticket) when !await grants.DecideAsync(ticket, approve, context.RequestAborted):
                await NothingToDecideAsync(context, StatusCodes.Status409Conflict);
                return;
            case ConsentQuestion.Request:
                if (approve) await grants.RememberConsentAsync(client, open.Terms, context.RequestAborted);
                await context.WritePageAsync(StatusCodes.Status200OK, approve ? "Allowed" : "Refused", "<p>You can close this page.</p>");
                return;
            case ConsentQuestion.Code(var state) when !approve:
                new Redirection(open.Terms.RedirectUri!, state).SendError(context, "access_denied", "the person has refused", issuer);
                return;
            case ConsentQuestion.Code(var state):
                await grants.RememberConsentAsync(client, open.Terms, context.RequestAborted);
                new Redirection(open.Terms.RedirectUri!, state).SendCode(context, await grants.NewCodeAsync(client, open.Terms, context.RequestAborted), issuer);
                return;
            default:
                throw new InvalidOperationException($"Nothing is done about {open.Question.GetType().Name}.");
        }
    }

    private static Task NothingToDecideAsync(HttpContext context, int status) =>
        context.WritePageAsync(status, "There is nothing to decide here", "<p>The question was answered already, is too old, or was asked in another browser.</p>");
}
