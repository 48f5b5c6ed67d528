using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Authorize;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.Http;
using QodOrleans.Authorization.Limits;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.Consents;

/// <summary><c>GET /consent/{ticket}</c> asks about a backchannel request, and <c>GET /consent</c> shows what was allowed before; <c>POST /consent</c> takes
/// the decision, on those and on a code.</summary>
internal sealed class ConsentEndpoint(
    ClientRegistry clients, RateLimits limits, LineIdentification lineIdentification, PairwiseSubjects subjects, AuthorizationGrants grants, ConsentPage page,
    ScopeCatalog scopes, TimeProvider time, IOptions<AuthorizationServerOptions> options)
{
    private readonly AuthorizationServerOptions options = options.Value;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoint = ActivatorUtilities.CreateInstance<ConsentEndpoint>(routes.ServiceProvider);
        routes.MapGet($"{AuthorizationPaths.Consent}/{{ticket}}", context => endpoint.ServeAsync(context, endpoint.Ask));
        routes.MapGet(AuthorizationPaths.Consent, context => endpoint.ServeAsync(context, endpoint.ShowGiven));
        routes.MapPost(AuthorizationPaths.Consent, context => endpoint.ServeAsync(context, endpoint.Decide));
    }

    private async Task ServeAsync(HttpContext context, Func<HttpContext, Task> serve)
    {
        if (!limits.AdmitsPage(context.Connection.RemoteIpAddress, out var retryAfterSeconds))
        {
            await context.WriteErrorAsync(HtmlPages.TooMany(retryAfterSeconds));
            return;
        }
        try
        {
            await serve(context);
        }
        catch (StoreUnavailableException)
        {
            await context.WriteErrorAsync(HtmlPages.Unavailable);
        }
    }

    private async Task Ask(HttpContext context)
    {
        var ticket = (string)context.Request.RouteValues["ticket"]!;
        var open = await grants.FindOpenAsync(ticket, context.RequestAborted);
        if (open is var (clientId, terms) && clients.Find(clientId) is { } client)
            await page.ShowAsync(context, client, terms, new ConsentQuestion.Request(ticket));
        else await NothingToDecideAsync(context, StatusCodes.Status404NotFound);
    }

    /// <summary>A person opens the page without an application; the network identifies the line, as for a login.</summary>
    /// <remarks>A look-up for each application that has to ask. People are few here, and <c>PagesPerSecond</c> bounds them.</remarks>
    private async Task ShowGiven(HttpContext context)
    {
        var identified = await lineIdentification.IdentifyAsync(context, Parameters.OfQuery(context.Request)["login_hint"]);
        if (identified is { Error: { } error } && LineIdentification.IsPassing(error))
        {
            await context.WriteErrorAsync(HtmlPages.Unavailable);
            return;
        }
        if (identified is not { Line: { } line })
        {
            await context.WritePageAsync(
                StatusCodes.Status404NotFound, "Your line is not known here", "<p>Open this page over your mobile connection, not over WLAN.</p>");
            return;
        }
        var given = new List<(Client, GrantTerms)>();
        foreach (var client in clients.All.OrderBy(client => client.DisplayName, StringComparer.Ordinal))
        {
            var subject = subjects.Of(client.Id, line);
            var allowed = await grants.ConsentedAsync(client, subject, context.RequestAborted);
            if (allowed.Count > 0) given.Add((client, new GrantTerms(subject, line, ScopeRequest.OfGiven(allowed, scopes), time.GetUtcNow())));
        }
        await page.ShowGivenAsync(context, line, given);
    }

    private async Task Decide(HttpContext context)
    {
        var (form, problem) = await Parameters.ReadFormAsync(context);
        if (problem == FormProblem.TooLarge)
        {
            await context.WriteErrorAsync(HtmlPages.TooLarge);
            return;
        }
        if (page.Read(context, form?["question"]) is not { } open || clients.Find(open.ClientId) is not { } client
            || !IsAnswer(open.Question, form!["decision"]))
        {
            await NothingToDecideAsync(context, StatusCodes.Status400BadRequest);
            return;
        }
        var approve = form!["decision"] == "approve";
        switch (open.Question)
        {
            case ConsentQuestion.Request(var ticket) when !await grants.DecideAsync(ticket, approve, context.RequestAborted):
                await NothingToDecideAsync(context, StatusCodes.Status409Conflict);
                return;
            case ConsentQuestion.Request:
                await KeepAsync();
                await context.WritePageAsync(StatusCodes.Status200OK, approve ? "Allowed" : "Refused", "<p>You can close this page.</p>");
                return;
            case ConsentQuestion.Withdrawal:
                await KeepAsync();
                await context.WritePageAsync(
                    StatusCodes.Status200OK, "Withdrawn",
                    $"<p>What the application was given before ends within {Math.Ceiling(LongestAfterWithdrawal.TotalMinutes)} minutes. "
                    + "After that it has to ask you again.</p>");
                return;
            case ConsentQuestion.Code(var state) when !approve:
                await KeepAsync();
                new AuthorizationResponse(open.Terms.RedirectUri!, state).SendError(context, "access_denied", "the person has refused", options.Issuer);
                return;
            case ConsentQuestion.Code(var state):
                await KeepAsync();
                new AuthorizationResponse(open.Terms.RedirectUri!, state).SendCode(
                    context, await grants.NewCodeAsync(client, open.Terms, context.RequestAborted), options.Issuer);
                return;
            default:
                throw new InvalidOperationException($"Nothing is done about {open.Question.GetType().Name}.");
        }

        // What is refused is not allowed any more, if it was before.
        Task KeepAsync() =>
            approve
                ? grants.RememberConsentAsync(client, open.Terms, context.RequestAborted)
                : grants.WithdrawConsentAsync(client, open.Terms, context.RequestAborted);
    }

    /// <summary>A code or request that was granted before may still be exchanged, at its very end, for a token that then lives its whole life.</summary>
    private TimeSpan LongestAfterWithdrawal
    {
        get
        {
            var times = options.Authorization;
            return options.AccessTokenLifetime + (times.RequestLifetime > times.CodeLifetime ? times.RequestLifetime : times.CodeLifetime);
        }
    }

    private static bool IsAnswer(ConsentQuestion question, string? decision) =>
        question is ConsentQuestion.Withdrawal ? decision == "withdraw" : decision is "approve" or "deny";

    private static Task NothingToDecideAsync(HttpContext context, int status) =>
        context.WritePageAsync(
            status, "There is nothing to decide here", "<p>The question was answered already, is too old, or was asked in another browser.</p>");
}
