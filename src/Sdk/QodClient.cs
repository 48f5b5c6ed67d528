using System.Text.Json.Serialization.Metadata;
using QodOrleans.Sdk.Authorization;

namespace QodOrleans.Sdk;

/// <summary>Quality on demand by CAMARA's 0.10.1, typed. Logs in by itself, and again when its token has run out. For many threads and a long life.</summary>
public sealed class QodClient : IDisposable
{
    private const string Sessions = "qod/v0/sessions";
    private const string Profiles = "qod/v0/qos-profiles";

    private readonly ApiHttpClient http;
    private readonly AccessTokens tokens;

    /// <summary>Starts to log in; a failure to is thrown by the calls.</summary>
    public QodClient(ClientCredentials credentials, QodLogin login, QodClientOptions? options = null)
    {
        options ??= new QodClientOptions();
        http = new ApiHttpClient(options);
        tokens = new AccessTokens(new AuthorizationServer(http, credentials, options), login, options.TimeProvider);
    }

    /// <summary>Waits for the login, as every call does first.</summary>
    /// <exception cref="QodAuthorizationException">There is no token to be had.</exception>
    public Task AuthorizeAsync(CancellationToken cancellation = default) => tokens.GetAsync(refused: null, cancellation);

    /// <returns>AVAILABLE, or REQUESTED while the operator takes its time.</returns>
    /// <exception cref="QodConflictException">The device has another session with an overlapping flow.</exception>
    /// <exception cref="QodForbiddenException">The login is for another device.</exception>
    /// <exception cref="QodUnavailableException">The device's operator does not answer.</exception>
    public async Task<QodSession> CreateSessionAsync(CreateSession session, CancellationToken cancellation = default)
    {
        var body = ApiHttpClient.Json(session, Wire.Default.CreateSession);
        return new QodSession(this, await CallAsync(HttpMethod.Post, Sessions, body, Wire.Default.SessionInfo, cancellation));
    }

    /// <exception cref="QodNotFoundException">There is none, or not any more.</exception>
    public async Task<QodSession> GetSessionAsync(Guid sessionId, CancellationToken cancellation = default) =>
        new(this, await ReadAsync(sessionId, cancellation));

    /// <param name="additional">Whole seconds, at least 1.</param>
    /// <exception cref="QodException">400: only an available session can be extended.</exception>
    public async Task<QodSession> ExtendSessionAsync(Guid sessionId, TimeSpan additional, CancellationToken cancellation = default) =>
        new(this, await LengthenAsync(sessionId, additional, cancellation));

    /// <summary>Ends a session. One that is over already counts as deleted.</summary>
    public async Task DeleteSessionAsync(Guid sessionId, CancellationToken cancellation = default)
    {
        try
        {
            using var _ = await SendAsync(HttpMethod.Delete, $"{Sessions}/{sessionId}", body: null, cancellation);
        }
        catch (QodNotFoundException)
        {
            // There is no such session, which is what was wanted: a delete is repeated when its answer got lost.
        }
    }

    /// <param name="status">Default: all.</param>
    public async Task<IReadOnlyList<QosProfileDetails>> GetProfilesAsync(QosProfileStatus? status = null, CancellationToken cancellation = default)
    {
        var path = status is { } wanted ? $"{Profiles}?status={wanted.ToString().ToUpperInvariant()}" : Profiles;
        try
        {
            return await CallAsync(HttpMethod.Get, path, body: null, Wire.Default.IReadOnlyListQosProfileDetails, cancellation);
        }
        catch (QodNotFoundException)
        {
            // This release says 404 where it means an empty list.
            return [];
        }
    }

    /// <exception cref="QodNotFoundException">No profile has this name.</exception>
    public Task<QosProfileDetails> GetProfileAsync(QoSProfile profile, CancellationToken cancellation = default) =>
        CallAsync(HttpMethod.Get, $"{Profiles}/{Uri.EscapeDataString(profile.Name)}", body: null, Wire.Default.QosProfileDetails, cancellation);

    /// <summary>What is under way ends with an exception.</summary>
    public void Dispose()
    {
        tokens.Dispose();
        http.Dispose();
    }

    internal Task<SessionInfo> ReadAsync(Guid sessionId, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Get, $"{Sessions}/{sessionId}", body: null, Wire.Default.SessionInfo, cancellation);

    internal Task<SessionInfo> LengthenAsync(Guid sessionId, TimeSpan additional, CancellationToken cancellation)
    {
        var seconds = (int)Math.Clamp(additional.TotalSeconds, int.MinValue, int.MaxValue);
        return CallAsync(
            HttpMethod.Post, $"{Sessions}/{sessionId}/extend",
            ApiHttpClient.Json(new ExtendSessionDuration(seconds), Wire.Default.ExtendSessionDuration), Wire.Default.SessionInfo, cancellation);
    }

    private async Task<T> CallAsync<T>(HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await SendAsync(method, path, body, cancellation);
        return await ApiHttpClient.ReadAsync(response, type, cancellation);
    }

    /// <summary>With a token that we think good; should the aggregator think otherwise, once more with a new one. A 401 has done nothing, so that is safe for
    /// a create too.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        var token = await tokens.GetAsync(refused: null, cancellation);
        try
        {
            return await http.SendAsync(method, path, token, body, cancellation);
        }
        catch (QodAuthorizationException)
        {
            token = await tokens.GetAsync(refused: token, cancellation);
        }
        return await http.SendAsync(method, path, token, body, cancellation);
    }
}
