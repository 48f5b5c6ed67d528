using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QodOrleans.Sdk;

/// <summary>One aggregator over HTTP: addresses, headers, and what its errors are called here.</summary>
internal sealed class ApiHttpClient : IDisposable
{
    private static readonly ProductInfoHeaderValue UserAgent = new("QodOrleans-SDK-dotnet", typeof(ApiHttpClient).Assembly.GetName().Version!.ToString(3));

    private readonly HttpClient http;
    private readonly bool own;
    private readonly Uri root;
    private readonly Func<string> newCorrelator;

    public ApiHttpClient(QodClientOptions options)
    {
        own = options.HttpClient is null;
        // A token belongs to the host that it was meant for.
        http = options.HttpClient ?? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        root = new Uri(options.BaseAddress.AbsoluteUri.TrimEnd('/') + "/");
        newCorrelator = options.NewCorrelator;
    }

    public static byte[] Json<T>(T body, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(body, type);

    /// <returns>A good answer.</returns>
    /// <exception cref="QodException">Any other.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string token, byte[]? body, CancellationToken cancellation)
    {
        using var request = NewRequest(method, path, out var correlator);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        var response = await http.SendAsync(request, cancellation);
        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            var error = await TryReadAsync(response, Wire.Default.ErrorInfo, cancellation);
            throw QodException.Of(Error(response, error?.Code, error?.Message, correlator));
        }
    }

    /// <returns>The answer, or OAuth's error.</returns>
    public async Task<(T? Answer, QodError? Error)> PostFormAsync<T>(
        string path, AuthenticationHeaderValue credentials, IEnumerable<KeyValuePair<string, string>> form, JsonTypeInfo<T> type,
        CancellationToken cancellation)
        where T : class
    {
        using var request = NewRequest(HttpMethod.Post, path, out var correlator);
        request.Headers.Authorization = credentials;
        request.Content = new FormUrlEncodedContent(form);
        using var response = await http.SendAsync(request, cancellation);
        if (response.IsSuccessStatusCode) return (await ReadAsync(response, type, cancellation), null);
        var error = await TryReadAsync(response, Wire.Default.OAuthErrorInfo, cancellation);
        return (null, Error(response, error?.Error, error?.ErrorDescription, correlator));
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        await response.Content.ReadFromJsonAsync(type, cancellation) ?? throw new JsonException($"{response.RequestMessage?.RequestUri} answered null.");

    public void Dispose()
    {
        if (own) http.Dispose();
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path, out string correlator)
    {
        correlator = newCorrelator();
        var request = new HttpRequestMessage(method, new Uri(root, path));
        request.Headers.Add("x-correlator", correlator);
        request.Headers.UserAgent.Add(UserAgent);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private static QodError Error(HttpResponseMessage response, string? code, string? message, string correlator)
    {
        var retryAfter = response.Headers.RetryAfter?.Delta;
        return new QodError(response.StatusCode, code ?? $"{response.StatusCode}", message ?? $"{response.ReasonPhrase}", correlator, retryAfter);
    }

    /// <summary>What stands between us and the aggregator may answer in words of its own.</summary>
    private static async Task<T?> TryReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellation), type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
