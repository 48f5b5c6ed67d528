using QodOrleans.Api.Http;
using QodOrleans.Api.Releases.Qod010;

namespace QodOrleans.Api.Surfaces.Qod010;

/// <summary>CAMARA QoD 0.10.1 at <c>/qod/v0</c>, as the release has it.</summary>
internal static class Qod010Surface
{
    public const string Name = "qod-0.10";

    public static readonly Surface Surface = new(
        Name, "/qod/v0", (routes, surface) => Qod010Operations.Map(routes, surface, hoists: true), Qod010Errors.Describe)
    {
        OpenApiResource = "Surfaces.Qod010.openapi.json",
        ApiName = "qod",
        Scopes = [QodScopes.SessionsWrite, QodScopes.SessionsRead, QodScopes.SessionsDelete, QodScopes.ProfilesRead],
        DescribeError = Qod010Errors.Of,
        WriteSession = Qod010Operations.WriteSessionAsync,
    };
}
