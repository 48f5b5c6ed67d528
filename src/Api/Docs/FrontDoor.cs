using System.Text.Json.Serialization;
using QodOrleans.Api.Http;
using QodOrleans.Authorization;

namespace QodOrleans.Api.Docs;

/// <summary><c>/</c>, for visitors who know no path: a browser is redirected to the reference, a program gets a list of what there is.</summary>
internal static class FrontDoor
{
    private const string Docs = "/docs";
    private const string Html = "text/html";

    public static void MapFrontDoor(this WebApplication app)
    {
        var surfaces = app.Services.GetRequiredService<SurfaceDirectory>();
        var prefix = surfaces.Prefix.ToUriComponent();
        var directory = new FrontDoorBody(
            [.. from surface in surfaces.All
                where surface.OpenApiResource is not null
                select new FrontDoorSurface(surface.Name, prefix + surface.Root, $"{prefix}/openapi/{surface.Name}.json")],
            prefix + Docs,
            prefix + AuthorizationPaths.Discovery,
            prefix + "/health/ready");
        app.MapGet("/", context =>
        {
            context.Response.Headers.Vary = "Accept";
            if (!PrefersPages(context.Request.Headers.Accept.ToString()))
                return context.WriteJsonAsync(StatusCodes.Status200OK, directory, FrontDoorJson.Default.FrontDoorBody);
            context.Response.Redirect(directory.Docs);
            return Task.CompletedTask;
        });
    }

    /// <summary>A client that accepts everything has not asked for a page.</summary>
    private static bool PrefersPages(string accept) =>
        accept.Contains(Html, StringComparison.OrdinalIgnoreCase) && AcceptHeader.Quality(accept, Html) is > 0 and var page
            && page >= AcceptHeader.Quality(accept, Answers.Json);
}

/// <param name="Docs">The reference, for people.</param>
/// <param name="Discovery">OpenID Connect's, for the logins.</param>
/// <param name="Health">200 when this process can serve.</param>
internal sealed record FrontDoorBody(IReadOnlyList<FrontDoorSurface> Surfaces, string Docs, string Discovery, string Health);

/// <param name="Path">What its paths begin with.</param>
/// <param name="Document">Its OpenAPI document.</param>
internal sealed record FrontDoorSurface(string Name, string Path, string Document);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(FrontDoorBody))]
internal sealed partial class FrontDoorJson : JsonSerializerContext;
