using Microsoft.Extensions.Options;
using QodOrleans.Api.Auth;
using QodOrleans.Api.Dialects.Qod010;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Surfaces.Qod010;

/// <summary>CAMARA QoD 0.10.1 at <c>/qod/v0</c>, as the release has it.</summary>
internal static class Qod010Surface
{
    public const string Name = "qod-0.10";

    public const string Root = "/qod/v0";

    public static readonly Surface Surface = new(Name, Root, routes => Qod010Operations.Map(routes, Surface!, hoists: true), Qod010Errors.Describe)
    {
        OpenApiResource = "Surfaces.Qod010.openapi.json",
        ApiName = "qod",
        Scopes = [QodScopes.SessionsWrite, QodScopes.SessionsRead, QodScopes.SessionsDelete, QodScopes.ProfilesRead],
        EventFormat = typeof(EventFormat),
        DescribeError = Qod010Errors.Of,
        WriteSession = Qod010Operations.WriteSessionAsync,
    };

    private sealed class EventFormat(IOptions<ApiOptions> options) : Qod010EventFormat(Name, Root, options.Value);
}
