namespace QodOrleans.Api.Http;

/// <summary>The outermost layer: checks and echoes the correlator, and sees to it that whatever happens inside is answered in the surface's shape.</summary>
internal sealed class RequestFrame(RequestDelegate next, ILogger<RequestFrame> log)
{
    /// <summary>Path and query. The server itself takes twice as much, so that what is too long is still answered in the surface's shape.</summary>
    internal const int LongestUri = 8 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!Correlator.TryRead(context.Request.Headers, out var correlator))
        {
            context.Response.Headers[Correlator.Header] = NewId();
            await context.WriteFaultAsync(new Fault(FaultKind.HeaderInvalid, "x-correlator: must be one value of at most 256 letters, digits or - _ : ; . / < > { }"));
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
            // Nobody is listening any more; what the engine has begun goes on without us.
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

    /// <summary>Routing and the framework's other parts set a status and leave the body to somebody else: to us.</summary>
    private static bool IsBare(HttpResponse response) => response.StatusCode >= 400 && !response.HasStarted && response.ContentLength is null && response.ContentType is null;

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
