using System.Net.Mime;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Docs;

/// <summary>The OpenAPI document of each surface, and Swagger UI at <c>/docs</c>, both from inside the program.</summary>
/// <remarks>The documents are CAMARA's own, kept beside the code that serves them and completed by what we add; a generator would lose their
/// words and examples. Tests hold them against the endpoints and against real answers.</remarks>
internal static class DocsExtensions
{
    public static void MapQodDocs(this WebApplication app)
    {
        var documented = app.Services.GetRequiredService<SurfaceDirectory>().All.Where(surface => surface.OpenApiResource is not null).ToArray();
        foreach (var surface in documented)
        {
            var document = Resource(surface.OpenApiResource!);
            app.MapGet($"/openapi/{surface.Name}.json", context => WriteAsync(context, MediaTypeNames.Application.Json, document));
        }

        var sandbox = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.Mode == QodMode.Sandbox;
        if (sandbox)
        {
            var script = Resource("Docs.sandbox.js");
            app.MapGet("/docs/sandbox.js", context => WriteAsync(context, MediaTypeNames.Text.JavaScript, script));
        }
        app.MapSwaggerUI("docs", ui =>
        {
            ui.DocumentTitle = "QodOrleans";
            foreach (var surface in documented) ui.SwaggerEndpoint($"/openapi/{surface.Name}.json", surface.Name);
            ui.EnablePersistAuthorization();
            ui.EnableTryItOutByDefault();
            ui.DisplayRequestDuration();
            if (sandbox) ui.InjectJavascript("sandbox.js");
        });
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
