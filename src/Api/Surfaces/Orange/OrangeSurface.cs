using QodOrleans.Api.Http;
using QodOrleans.Api.Releases.Qod010;

namespace QodOrleans.Api.Surfaces.Orange;

/// <summary>Orange's façade: CAMARA QoD 0.10.1 at Orange's path, with the numeric errors of its portal.</summary>
internal static class OrangeSurface
{
    public const string Name = "orange-qod-0.10";

    public static readonly Surface Surface = new(
        Name, "/camara/quality-on-demand/orange-lab/qod/v0", (routes, surface) => Qod010Operations.Map(routes, surface), OrangeErrors.Describe)
    {
        OpenApiResource = "Surfaces.Orange.openapi.json",
        DescribeError = OrangeErrors.Of,
        WriteSession = Qod010Operations.WriteSessionAsync,
    };
}
