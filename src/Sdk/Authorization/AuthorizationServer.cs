using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace QodOrleans.Sdk.Authorization;

/// <summary>The aggregator's <c>/token</c> and <c>/bc-authorize</c>, spoken to by HTTP Basic.</summary>
internal sealed class AuthorizationServer(ApiHttpClient http, ClientCredentials client, QodClientOptions options)
{
    /// <summary>RFC 6749, 2.3.1: both are form-encoded first, for a colon in either of them.</summary>
    private readonly AuthenticationHeaderValue credentials = new(
        "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(client.ClientId)}:{WebUtility.UrlEncode(client.ClientSecret)}")));

    /// <summary>What CIBA says where an answer has none.</summary>
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time = options.TimeProvider;

    public Task<AccessToken> OfApplicationAsync(CancellationToken cancellation) => TokenAsync(cancellation, ("grant_type", "client_credentials"));

    public Task<AccessToken> OfCodeAsync(QodLogin.OfCode login, CancellationToken cancellation) => TokenAsync(
        cancellation,
        ("grant_type", "authorization_code"),
        ("code", login.AuthorizationCode),
        ("redirect_uri", options.RedirectUri),
        ("code_verifier", login.CodeVerifier));

    /// <summary>Asks for the line, then collects the token, for as long as the person is being asked.</summary>
    public async Task<AccessToken> OfLineAsync(QodLogin.OfLine login, CancellationToken cancellation)
    {
        var (request, error) = await http.PostFormAsync(
            "bc-authorize", credentials, Form(("login_hint", login.LoginHint), ("scope", options.Scope)), Wire.Default.BackchannelAnswer, cancellation);
        if (request is null) throw Failed(error!);

        var interval = request.Interval is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultInterval;
        while (true)
        {
            var form = Form(("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", request.AuthReqId));
            (var token, error) = await http.PostFormAsync("token", credentials, form, Wire.Default.TokenAnswer, cancellation);
            if (token is not null) return ToAccessToken(token);
            switch (error!.Code)
            {
                case "authorization_pending":
                    break;
                case "slow_down":
                    interval += TimeSpan.FromSeconds(5);
                    break;
                default:
                    throw Failed(error);
            }
            await Task.Delay(interval, time, cancellation);
        }
    }

    private async Task<AccessToken> TokenAsync(CancellationToken cancellation, params (string Name, string? Value)[] form)
    {
        var (token, error) = await http.PostFormAsync("token", credentials, Form(form), Wire.Default.TokenAnswer, cancellation);
        return token is null ? throw Failed(error!) : ToAccessToken(token);
    }

    private AccessToken ToAccessToken(TokenAnswer answer) =>
        new(answer.AccessToken, answer.ExpiresIn is { } seconds ? time.GetUtcNow() + TimeSpan.FromSeconds(seconds) : DateTimeOffset.MaxValue);

    private static QodException Failed(QodError error) =>
        error.Status is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
            ? new QodUnavailableException(error)
            : new QodAuthorizationException(error);

    private static IEnumerable<KeyValuePair<string, string>> Form(params (string Name, string? Value)[] members) =>
        members.Where(member => member.Value is not null).Select(member => KeyValuePair.Create(member.Name, member.Value!));
}
