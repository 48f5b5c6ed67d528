using System.Net.Mime;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Http;
using QodOrleans.Authorization;

namespace QodOrleans.Api.Docs;

/// <summary>The OpenAPI document of each surface, and Swagger UI at <c>/docs</c>, both from inside the program.</summary>
/// <remarks>The documents are CAMARA's own, kept beside the code that serves them and completed by what we add; a generator would lose their
/// words and examples. What depends on where they are served is added when they are: <see cref="OpenApiCompletion"/>. Tests hold them against
/// the endpoints and against real answers.</remarks>
internal static class DocsExtensions
{
    public static void MapQodDocs(this WebApplication app)
    {
        var surfaces = app.Services.GetRequiredService<SurfaceDirectory>();
        var documented = surfaces.All.Where(surface => surface.OpenApiResource is not null).ToArray();
        var options = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        var host = app.Services.GetRequiredService<IOptions<AuthorizationServerOptions>>().Value;
        IReadOnlyList<ServerOptions> servers = options.DocsServers.Count > 0
            ? [.. options.DocsServers]
            : [new() { Url = host.PublicUrl, Description = "Its public address" }];
        foreach (var surface in documented)
        {
            var document = OpenApiCompletion.Complete(Resource(surface.OpenApiResource!), surfaces.Prefix.ToUriComponent(), surface.BasePath, servers);
            app.MapGet($"/openapi/{surface.Name}.json", context => WriteAsync(context, MediaTypeNames.Application.Json, document));
        }

        var sandbox = host.Mode == QodMode.Sandbox;
        if (sandbox)
        {
            var script = Resource("Docs.sandbox.js");
            app.MapGet("/docs/sandbox.js", context => WriteAsync(context, MediaTypeNames.Text.JavaScript, script));
        }
        app.MapSwaggerUI("docs", ui =>
        {
            ui.DocumentTitle = "QodOrleans";
            // Relative to the page: a proxy may have put a prefix before our paths.
            foreach (var surface in documented) ui.SwaggerEndpoint($"../openapi/{surface.Name}.json", surface.Name);
            ui.EnablePersistAuthorization();
            ui.EnableTryItOutByDefault();
            ui.DisplayRequestDuration();
            ui.OAuthUsePkce();
            if (!sandbox) return;
            ui.InjectJavascript("sandbox.js");
            ui.OAuthClientId("my-app-id");
            ui.OAuthClientSecret("my-app-secret");
        }).WithMetadata(ApiExtensions.ReadOnly);
    }

    private static Task WriteAsync(HttpContext context, string contentType, byte[] body)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DocsExtensions).Assembly.GetManifestResourceStream($"QodOrleans.Api.{name}")
            ?? throw new InvalidOperationException($"The resource '{name}' is not in the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
