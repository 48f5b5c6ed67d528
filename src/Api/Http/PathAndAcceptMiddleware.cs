using Microsoft.AspNetCore.Routing.Patterns;

namespace QodOrleans.Api.Http;

/// <summary>After routing, before authorization: a path must be spelt as it is documented, and the client must be able to read JSON.</summary>
internal sealed class PathAndAcceptMiddleware(RequestDelegate next, SurfaceDirectory surfaces, EndpointDataSource endpoints)
{
    // Asked for when the first request comes: endpoints are added until the host starts.
    private readonly Lazy<RoutePattern[]> patterns = new(() =>
    [
        .. from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
           where endpoint.Metadata.GetMetadata<Surface>() is not null
           select endpoint.RoutePattern,
    ]);

    public Task InvokeAsync(HttpContext context)
    {
        var chosen = context.GetEndpoint();
        if (chosen is not null and not RouteEndpoint && surfaces.IsOfSurface(context.Request.Path)) return InvokeForMethodAsync(context);
        if (chosen is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<Surface>() is not { } surface) return next(context);

        if (!IsSpelt(context.Request.PathBase) || !IsSpeltAs(endpoint.RoutePattern, context.Request.Path.Value))
            return context.WriteFaultAsync(new Fault(FaultKind.PathUnknown));
        if (!surface.AnswersPages && !AcceptHeader.AcceptsJson(context.Request.Headers.Accept))
            return context.WriteFaultAsync(new Fault(FaultKind.NotAcceptable));
        return next(context);
    }

    /// <summary>Routing has found the path, in some spelling, but not the method: its 405 comes from an endpoint without a route pattern.</summary>
    private Task InvokeForMethodAsync(HttpContext context)
    {
        var isSpelt = IsSpelt(context.Request.PathBase) && patterns.Value.Any(pattern => IsSpeltAs(pattern, context.Request.Path.Value));
        return isSpelt ? next(context) : context.WriteFaultAsync(new Fault(FaultKind.PathUnknown));
    }

    private bool IsSpelt(PathString prefix) => !prefix.HasValue || prefix.Value == surfaces.Prefix.Value;

    /// <summary>Routing itself takes <c>/QOD/v0/Sessions/</c> for <c>/qod/v0/sessions</c>; caches, filters and logs in front of us do not.</summary>
    private static bool IsSpeltAs(RoutePattern pattern, ReadOnlySpan<char> path)
    {
        foreach (var segment in pattern.PathSegments)
        {
            if (path.Length == 0 || path[0] != '/') return false;
            path = path[1..];
            var end = path.IndexOf('/');
            var text = end < 0 ? path : path[..end];
            if (text.Length == 0 || (segment.Parts[0] is RoutePatternLiteralPart literal && !text.SequenceEqual(literal.Content))) return false;
            path = path[text.Length..];
        }
        return path.Length == 0;
    }
}
