using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using QodOrleans.Core;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Webhooks.Sinks;

/// <summary>One attempt to deliver one event.</summary>
internal sealed class SinkClient(
    HttpMessageHandler network, IEnumerable<IEventFormat> formats, UnpinnedEvents unpinned, ISecretProtector tokens, TimeProvider time, ILogger log)
    : IDisposable
{
    private const string Scheme = "Bearer ";

    private readonly HttpMessageInvoker http = new(network);
    private readonly Dictionary<string, IEventFormat> formatOf = formats
        .SelectMany(format => format.Surfaces, (format, surface) => (surface, format))
        .ToDictionary(pair => pair.surface, pair => pair.format);

    /// <param name="limit">Cancelled when the time of this attempt is over.</param>
    /// <param name="stop">Cancelled when ours is.</param>
    public async ValueTask<DeliveryResult> SendAsync(QosStatusChanged change, CancellationToken limit, CancellationToken stop)
    {
        if (!formatOf.TryGetValue(change.Surface, out var format))
            return new DeliveryResult(DeliveryOutcome.Refused, $"there is no event format for surface '{change.Surface}'", Blames: false);
        if (!change.ShouldNotify(time.GetUtcNow())) return new DeliveryResult(DeliveryOutcome.Refused, "the sink token has expired", Blames: false);
        try
        {
            var pinned = unpinned.Complete(change);
            using var request = Compose(pinned, format.Format(pinned));
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
            // The kind only: the exception's own text names host and port.
            return new DeliveryResult(DeliveryOutcome.Failed, $"no answer: {e.HttpRequestError}");
        }
        catch (CryptographicException)
        {
            // A key that is missing from the configuration may be back after the next restart.
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

    /// <summary>Only here, in the request itself, is a token ever part of a URL: what is told of the request has been made from the sink's own.</summary>
    private static void Authorize(HttpRequestMessage request, string? parameter, string token)
    {
        if (parameter is null)
        {
            // SDKs in use hand tokens over with the scheme before them.
            request.Headers.TryAddWithoutValidation("Authorization", token.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? token : Scheme + token);
            return;
        }
        // By hand: every builder of URLs would spell the sink's own part anew.
        var url = request.RequestUri!.OriginalString;
        var separator = request.RequestUri.Query switch { "" => "?", "?" => "", _ => "&" };
        request.RequestUri = Sink.UrlOf($"{url}{separator}{parameter}={Uri.EscapeDataString(token)}");
    }

    /// <summary>RFC 9112, 3.2.1: where the path is empty, "/" is asked for.</summary>
    private static Uri Rooted(Uri url) =>
        url.AbsolutePath.Length > 0 ? url : Sink.UrlOf(url.OriginalString.Insert(url.OriginalString.Length - url.Query.Length, "/"));
}
