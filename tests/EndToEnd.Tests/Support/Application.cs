using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>An application's backend, and its user's browser that follows no redirect; both go where the service is now.</summary>
internal sealed class Application(Service service, string clientId = "my-app-id", string clientSecret = "my-app-secret") : IDisposable
{
    public const string BackchannelGrant = "urn:openid:params:grant-type:ciba";

    /// <summary>Whether it goes to the service's other address.</summary>
    public bool Elsewhere { get; init; }

    // No connection outlives its request: who answered it may be dead by the next.
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero });

    private Uri Address => Elsewhere ? service.OtherAddress : service.Address;

    public async Task<Answer> PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.ToDictionary(field => field.Name, field => field.Value));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = content };
        var credentials = $"{Uri.EscapeDataString(clientId)}:{Uri.EscapeDataString(clientSecret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
        using var response = await http.SendAsync(request);
        return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()), response.Headers);
    }

    public async Task<Answer> GetAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(Address, path));
        return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()), response.Headers);
    }

    public async Task<string> BrowseAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(Address, path));
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        return response.Headers.Location!.OriginalString;
    }

    /// <summary>A token for one line, by the backchannel.</summary>
    public async Task<string> LineTokenAsync(string phoneNumber, string scope)
    {
        var asked = await PostAsync("/bc-authorize", ("login_hint", $"tel:{phoneNumber}"), ("scope", scope));
        var told = await PostAsync("/token", ("grant_type", BackchannelGrant), ("auth_req_id", asked["auth_req_id"] ?? asked.ToString()));
        return told["access_token"] ?? throw new InvalidOperationException($"no token: {told}");
    }

    public void Dispose() => http.Dispose();
}
