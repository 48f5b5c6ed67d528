namespace QodOrleans.Api.Http;

/// <summary>A northbound API as the rooms around it see it.</summary>
/// <param name="Name">Stored with each session made on it.</param>
/// <param name="Root">All its paths start with this.</param>
/// <param name="Map">Adds its endpoints.</param>
/// <param name="Describe">Puts a fault into the surface's words and shape.</param>
internal sealed record Surface(string Name, PathString Root, Action<IEndpointRouteBuilder> Map, Func<Fault, ErrorAnswer> Describe)
{
    /// <summary>The embedded OpenAPI document, as a path from this project with dots, served as <c>/openapi/{Name}.json</c>; null where there is none.</summary>
    public string? OpenApiResource { get; init; }

    /// <summary>It answers with pages for people, whatever else their browsers could read.</summary>
    public bool AnswersPages { get; init; }

    /// <summary>CAMARA's name of the API: <c>dpv:Purpose#name</c> asks for all its scopes. Null where there are none to ask for.</summary>
    public string? ApiName { get; init; }

    /// <summary>What a token may be granted for its operations, in the order in which a grant names them.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The <see cref="Core.Notifications.IEventFormat"/> by which it tells of status changes; null where it makes no sessions.</summary>
    public Type? EventFormat { get; init; }
}

/// <summary>Tells whose words an answer must use.</summary>
internal sealed class SurfaceDirectory(IReadOnlyList<Surface> surfaces)
{
    public IReadOnlyList<Surface> All => surfaces;

    /// <summary>The surface of the endpoint, or of the path where there is none; a path of no surface gets the first one's words.</summary>
    public Surface Of(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Surface>() is { } known) return known;
        foreach (var surface in surfaces)
            if (context.Request.Path.StartsWithSegments(surface.Root, StringComparison.OrdinalIgnoreCase)) return surface;
        return surfaces[0];
    }
}
