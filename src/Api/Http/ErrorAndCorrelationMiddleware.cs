namespace QodOrleans.Api.Http;

/// <summary>The outermost layer: checks and echoes the correlator, and answers every failure inside in the surface's shape.</summary>
/// <remarks>Only the APIs have a correlator: logins, keys, discovery, probes and documents ignore the header (ICM issue 240).</remarks>
internal sealed class ErrorAndCorrelationMiddleware(RequestDelegate next, SurfaceDirectory surfaces, ILogger<ErrorAndCorrelationMiddleware> log)
{
    /// <summary>Path and query. The server itself takes twice as much, so that what is too long is still answered in the surface's shape.</summary>
    internal const int LongestUri = 8 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        string? correlator = null;
        if (surfaces.IsOfApi(context.Request.Path) && !Correlator.TryRead(context.Request.Headers, out correlator))
        {
            context.Response.Headers[Correlator.Header] = NewId();
            await context.WriteFaultAsync(
                new Fault(FaultKind.HeaderInvalid, "x-correlator: must be one value of at most 256 letters, digits or - _ : ; . / < > { }"));
            return;
        }
        if (correlator is not null) context.Response.Headers[Correlator.Header] = correlator;

        if (context.Request.Path.Value!.Length + context.Request.QueryString.Value!.Length > LongestUri)
        {
            await context.WriteFaultAsync(new Fault(FaultKind.UriTooLong));
            return;
        }

        try
        {
            await next(context);
            if (!IsBare(context.Response)) return;
            // A request timeout has cleared the headers.
            if (correlator is not null) context.Response.Headers[Correlator.Header] = correlator;
            await context.WriteFaultAsync(FaultOf(context.Response.StatusCode));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; what the engine has begun goes on.
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await context.WriteFaultAsync(FaultOf(e.StatusCode));
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var id = NewId();
            log.RequestFailed(e, id, Correlator.Of(context));
            context.Response.Headers.Remove("Location");
            await context.WriteFaultAsync(new Fault(FaultKind.Internal, id));
        }
    }

    /// <summary>Routing and other parts of the framework set a status without a body.</summary>
    private static bool IsBare(HttpResponse response) =>
        response.StatusCode >= 400 && !response.HasStarted && response.ContentLength is null && response.ContentType is null;

    private static Fault FaultOf(int status) => new(status switch
    {
        StatusCodes.Status404NotFound => FaultKind.PathUnknown,
        StatusCodes.Status405MethodNotAllowed => FaultKind.MethodNotAllowed,
        StatusCodes.Status408RequestTimeout => FaultKind.RequestTimeout,
        StatusCodes.Status413PayloadTooLarge => FaultKind.BodyTooLarge,
        StatusCodes.Status415UnsupportedMediaType => FaultKind.MediaTypeUnsupported,
        >= 500 => FaultKind.Unavailable,
        _ => FaultKind.BodyInvalid,
    }, "body");

    private static string NewId() => Guid.CreateVersion7().ToString("D");
}
