using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using QodOrleans.Core;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Webhooks.Sinks;

/// <summary>One attempt to deliver one event.</summary>
internal sealed class SinkClient(
    HttpMessageHandler network, IEnumerable<IEventFormat> formats, LegacyEventSource legacySource, ISecretProtector tokens, TimeProvider time, ILogger log)
    : IDisposable
{
    private const string Scheme = "Bearer ";

    private readonly HttpMessageInvoker http = new(network);
    private readonly Dictionary<string, IEventFormat> formatOf = formats
        .SelectMany(format => format.Surfaces, (format, surface) => (surface, format))
        .ToDictionary(pair => pair.surface, pair => pair.format);

    /// <param name="limit">Cancelled when the time of this attempt is over.</param>
    /// <param name="stop">Cancelled when the process stops.</param>
    public async ValueTask<DeliveryResult> SendAsync(QosStatusChanged change, CancellationToken limit, CancellationToken stop)
    {
        if (!formatOf.TryGetValue(change.Surface, out var format))
            return new DeliveryResult(DeliveryOutcome.Refused, $"there is no event format for surface '{change.Surface}'", Blames: false);
        if (!change.ShouldNotify(time.GetUtcNow())) return new DeliveryResult(DeliveryOutcome.Refused, "the sink token has expired", Blames: false);
        try
        {
            var complete = legacySource.Complete(change);
            using var request = Compose(complete, format.Format(complete));
            using var response = await http.SendAsync(request, limit);
            return DeliveryResult.Of(response, time.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            return stop.IsCancellationRequested ? DeliveryResult.Interrupted
                : new DeliveryResult(DeliveryOutcome.Failed, limit.IsCancellationRequested ? "the sink did not answer in time" : "no connection in time");
        }
        catch (HttpRequestException e) when (e.InnerException is SinkForbiddenException)
        {
            return new DeliveryResult(DeliveryOutcome.Refused, "the sink's name leads to an address where events are not delivered", Blames: false);
        }
        catch (HttpRequestException e)
        {
            // Only the kind of error, because the exception's text names host and port.
            return new DeliveryResult(DeliveryOutcome.Failed, $"no answer: {e.HttpRequestError}");
        }
        catch (CryptographicException)
        {
            // The key is missing from the configuration. It may be there again after a restart, so the attempt counts as failed, not as refused.
            Log.TokenNotOpened(log, change.SessionId, change.Correlator);
            return new DeliveryResult(DeliveryOutcome.Failed, "the sink token cannot be opened with the keys given", Blames: false);
        }
        catch (Exception e)
        {
            Log.AttemptBroke(log, e, change.SessionId, change.Correlator);
            return new DeliveryResult(DeliveryOutcome.Failed, $"internal: {e.GetType().Name}", Blames: false);
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Compose(QosStatusChanged change, EventMessage message)
    {
        var content = new ByteArrayContent(message.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", message.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, Rooted(message.Target ?? change.Sink.Url)) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", Product.UserAgent);
        if (change.Sink.ProtectedToken is { } token) Authorize(request, change.Sink.TokenParameter, tokens.Unprotect(token));
        if (change.Correlator is { Length: > 0 } correlator) request.Headers.TryAddWithoutValidation("x-correlator", correlator);
        return request;
    }

    /// <summary>Adds the token to the request. Only this request's own URL may hold a token: logs and dead letters are made from the sink's URL, which does
    /// not.</summary>
    private static void Authorize(HttpRequestMessage request, string? parameter, string token)
    {
        if (parameter is null)
        {
            // Some SDKs in use give the token with "Bearer " before it.
            request.Headers.TryAddWithoutValidation("Authorization", token.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? token : Scheme + token);
            return;
        }
        // The URL is put together by hand: a builder of URLs could change how the sink has written its own part.
        var url = request.RequestUri!.OriginalString;
        var separator = request.RequestUri.Query switch { "" => "?", "?" => "", _ => "&" };
        request.RequestUri = Sink.UrlOf($"{url}{separator}{parameter}={Uri.EscapeDataString(token)}");
    }

    /// <summary>RFC 9112, 3.2.1: where the path is empty, "/" is asked for.</summary>
    private static Uri Rooted(Uri url) =>
        url.AbsolutePath.Length > 0 ? url : Sink.UrlOf(url.OriginalString.Insert(url.OriginalString.Length - url.Query.Length, "/"));
}
