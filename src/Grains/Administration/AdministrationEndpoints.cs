using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Operators;
using QodOrleans.Grains.Operators;

namespace QodOrleans.Grains.Administration;

/// <summary>Lets those who run the broker decide about operators, over HTTP on any silo. Applications cannot reach the port of a silo; a token is required all
/// the same.</summary>
public static class AdministrationEndpoints
{
    private const string Path = "/admin";
    private const int LargestBody = 4096;

    /// <summary>Maps <c>/admin/operators</c> where a token is configured.</summary>
    public static WebApplication MapQodAdministration(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<AdministrationOptions>>().Value.Token is not { } token) return app;

        // The token is checked before a body is read. Where the framework answers with a status alone, a body is added here.
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Path), admin => admin.UseStatusCodePages().Use(Only(token)));
        var admin = app.MapGroup(Path).AddEndpointFilter(AnsweredAsync).WithMetadata(new RequestSizeLimitAttribute(LargestBody));
        admin.MapGet("/operators", ListAsync);
        admin.MapGet("/operators/{id}", GetAsync);
        admin.MapPut("/operators/{id}", PutAsync);
        return app;
    }

    private static async Task<OperatorView[]> ListAsync(OperatorDirectory operators, IGrainFactory grains) =>
        await Task.WhenAll(operators.Routes.Select(async route => OperatorView.Of(route.Id, await GrainOf(grains, route.Id).GetAsync())));

    private static async Task<Results<Ok<OperatorView>, ProblemHttpResult>> GetAsync(string id, OperatorDirectory operators, IGrainFactory grains) =>
        Find(id, operators) is { } known ? TypedResults.Ok(OperatorView.Of(known, await GrainOf(grains, known).GetAsync())) : Unknown(id);

    private static async Task<Results<Ok<OperatorView>, ProblemHttpResult>> PutAsync(
        string id, OperatorDecision decision, OperatorDirectory operators, IGrainFactory grains, ILogger<OperatorDecision> log)
    {
        if (Find(id, operators) is not { } known) return Unknown(id);
        var administration = decision.ToAdministration();
        if (!administration.Limits.AreInRange)
            return TypedResults.Problem($"concurrentCalls and callsPerSecond are 1 to {OperatorLimits.Most}, or absent.",
                statusCode: StatusCodes.Status400BadRequest);

        // Logged before it is done: the answer may be lost although it was done.
        Log.OperatorAdministered(log, known, administration.Mode, administration.Limits.ConcurrentCalls, administration.Limits.CallsPerSecond);
        await GrainOf(grains, known).SetAsync(administration);
        return TypedResults.Ok(OperatorView.Of(known, administration));
    }

    private static OperatorId? Find(string id, OperatorDirectory operators) =>
        operators.Routes.Where(route => route.Id.Value == id).Select(route => (OperatorId?)route.Id).FirstOrDefault();

    private static IOperatorGrain GrainOf(IGrainFactory grains, OperatorId id) => grains.GetGrain<IOperatorGrain>(id.Value);

    private static ProblemHttpResult Unknown(string id) =>
        TypedResults.Problem($"There is no operator '{id}' in this silo's configuration.", statusCode: StatusCodes.Status404NotFound);

    private static Func<HttpContext, RequestDelegate, Task> Only(string token)
    {
        // Both are hashed, so that the comparison takes the same time whatever was sent.
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        return (context, next) =>
        {
            var isBearer = AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization.ToString(), out var given)
                && given.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);
            if (isBearer && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given!.Parameter ?? "")), expected))
                return next(context);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        };
    }

    private static async ValueTask<object?> AnsweredAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            return TypedResults.Problem("The cluster or its database does not answer; whether anything was changed is not known.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}

/// <summary>What is decided about an operator; replaces what was decided before.</summary>
/// <param name="ConcurrentCalls">1 to <see cref="OperatorLimits.Most"/>; absent: as configured.</param>
/// <param name="CallsPerSecond">1 to <see cref="OperatorLimits.Most"/>; absent: no limit.</param>
internal sealed record OperatorDecision(OperatorMode Mode, int? ConcurrentCalls = null, int? CallsPerSecond = null)
{
    public OperatorAdministration ToAdministration() => new() { Mode = Mode, Limits = new OperatorLimits(ConcurrentCalls, CallsPerSecond) };
}

/// <inheritdoc cref="OperatorDecision" />
internal sealed record OperatorView(string Id, OperatorMode Mode, int? ConcurrentCalls, int? CallsPerSecond)
{
    public static OperatorView Of(OperatorId id, OperatorAdministration administration) =>
        new(id.Value, administration.Mode, administration.Limits.ConcurrentCalls, administration.Limits.CallsPerSecond);
}
