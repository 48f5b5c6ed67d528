using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Http;

/// <summary>One northbound API.</summary>
/// <param name="Name">Stored with each session made on it.</param>
/// <param name="Root">All its paths start with this: as its document has it, or as <see cref="SurfaceDirectory"/> has moved it.</param>
/// <param name="Map">Adds its endpoints, below the root of the surface that it is given.</param>
/// <param name="Describe">Puts a fault into the surface's words and shape.</param>
internal sealed record Surface(string Name, PathString Root, Action<IEndpointRouteBuilder, Surface> Map, Func<Fault, ErrorAnswer> Describe)
{
    /// <summary>One at a fixed path, whose endpoints need not know of it.</summary>
    public Surface(string name, PathString root, Action<IEndpointRouteBuilder> map, Func<Fault, ErrorAnswer> describe)
        : this(name, root, (routes, surface) => map(routes.MapGroup("").WithMetadata(surface)), describe) => IsFixed = true;

    /// <summary>The configuration cannot move it.</summary>
    public bool IsFixed { get; }

    /// <summary>The end of <see cref="Root"/> that its document has in the operations' paths; the configuration replaces what is before it.</summary>
    public string RootInPaths { get; init; } = "";

    /// <summary>The path of the document's server.</summary>
    public string BasePath => Root.Value![..^RootInPaths.Length];

    /// <summary>The embedded OpenAPI document, as a path from this project with dots, served as <c>/openapi/{Name}.json</c>; null where there is
    /// none.</summary>
    public string? OpenApiResource { get; init; }

    /// <summary>It answers with pages for people, whatever else their browsers could read.</summary>
    public bool AnswersPages { get; init; }

    /// <summary>CAMARA's name of the API: <c>dpv:Purpose#name</c> asks for all its scopes. Null where there are none to ask for.</summary>
    public string? ApiName { get; init; }

    /// <summary>What a token may be granted for its operations, in the order in which a grant names them.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Puts an error of the engine into the surface's words and shape; null where <see cref="SessionOperations"/> do not serve it.</summary>
    public Func<SessionError, ErrorAnswer>? DescribeError { get; init; }

    /// <summary>Writes a session in the surface's shape, with this status; null where <see cref="SessionOperations"/> do not serve it.</summary>
    public Func<HttpContext, int, QosSession, Task>? WriteSession { get; init; }
}
