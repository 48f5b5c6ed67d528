using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>The published samples' HTTP calls, login included, against the program that users run, which is killed in the middle.</summary>
public sealed class LoginTests(PostgresServer postgres)
{
    private const string Callback = "https://my_app_server/qod-auth-callback";
    private const string Scope = "openid dpv:RequestedServiceProvision#qod";

    /// <summary>The body of the samples, "device" around everything included.</summary>
    private const string SampleBody =
        """{"device":{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":8080},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","duration":300}}""";

    [Fact]
    public async Task The_backend_flow_goes_on_after_a_kill_between_its_steps()
    {
        await using var broker = await Broker.StartAsync(postgres);
        using var application = new Application(broker.Address);

        var asked = await application.PostAsync("/bc-authorize", ("login_hint", "ipport:203.0.113.25:8080"), ("scope", Scope));
        await KillAsync(broker);
        var told = await application.PostAsync("/token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!));
        await KillAsync(broker);

        using var client = new QodClient(broker.Address, told["access_token"]!);
        var created = await client.SendAsync(HttpMethod.Post, "/qod/v0/sessions", JsonNode.Parse(SampleBody)!.AsObject());
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal("AVAILABLE", created["qosStatus"]);

        // The token binds the line, and the auth_req_id was good once, whoever has died meanwhile.
        var elsewhere = JsonNode.Parse(SampleBody.Replace("203.0.113.25", "203.0.113.26", StringComparison.Ordinal))!.AsObject();
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(HttpMethod.Post, "/qod/v0/sessions", elsewhere)).Status);
        Assert.Equal("invalid_grant", (await application.PostAsync("/token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!)))["error"]);
    }

    [Fact]
    public async Task The_frontend_flow_goes_on_after_a_kill_between_its_steps()
    {
        await using var broker = await Broker.StartAsync(postgres);
        using var application = new Application(broker.Address);

        var keys = await application.GetAsync("/jwks");
        var location = await application.BrowseAsync($"/authorize?client_id=my-app-id&response_type=code&scope={Uri.EscapeDataString(Scope)}&redirect_uri={Uri.EscapeDataString(Callback)}&state=%2B34600000000&create=");
        Assert.StartsWith(Callback + "?", location, StringComparison.Ordinal);
        var arrival = QueryHelpers.ParseQuery(location[Callback.Length..]);
        Assert.Equal("+34600000000", arrival["state"]);

        await KillAsync(broker);
        (string, string)[] redeem = [("grant_type", "authorization_code"), ("code", arrival["code"]!), ("redirect_uri", Callback)];
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => application.PostAsync("/token", redeem)));
        var told = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer != told), answer => Assert.Equal("invalid_grant", answer["error"]));

        // The host that signs is another process; its key is not another one.
        Assert.Equal(keys.Body!.ToJsonString(), (await application.GetAsync("/jwks")).Body!.ToJsonString());
        var header = JsonNode.Parse(WebEncoders.Base64UrlDecode(told["id_token"]!.Split('.')[0]))!;
        Assert.Equal(keys.Body["keys"]![0]!["kid"]!.ToString(), header["kid"]!.ToString());

        // In the sandbox, loopback is the line +34600000000.
        using var client = new QodClient(broker.Address, told["access_token"]!);
        Assert.Equal(HttpStatusCode.Created, (await client.CreateAsync("+34600000000")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.CreateAsync("+34600000001")).Status);

        await KillAsync(broker);
        Assert.Equal("invalid_grant", (await application.PostAsync("/token", redeem))["error"]);
    }

    [Fact]
    public async Task A_request_that_waits_for_the_person_waits_through_a_kill()
    {
        await using var broker = await Broker.StartAsync(postgres);
        using var application = new Application(broker.Address, "asking-app-id", "asking-app-secret");
        using var person = new HttpClient { BaseAddress = broker.Address };

        var asked = await application.PostAsync("/bc-authorize", ("login_hint", "tel:+34600000042"), ("scope", Scope));
        (string, string)[] poll = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!)];
        Assert.Equal("authorization_pending", (await application.PostAsync("/token", poll))["error"]);
        var page = await person.GetStringAsync(new Uri(asked["consent_uri"]!));
        var question = page.Split("name=\"question\" value=\"")[1].Split('"')[0];

        await KillAsync(broker);
        using var decision = new FormUrlEncodedContent([new("question", question), new("decision", "approve")]);
        Assert.Equal(HttpStatusCode.OK, (await person.PostAsync(new Uri("/consent", UriKind.Relative), decision)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/token", poll)).Status);

        await KillAsync(broker);
        Assert.Null((await application.PostAsync("/bc-authorize", ("login_hint", "tel:+34600000042"), ("scope", Scope)))["consent_uri"]);
    }

    [Fact]
    public async Task A_secret_is_hashed_from_standard_input_and_the_hash_lets_its_client_in()
    {
        var hash = (await ChildProcess.RunAsync("bash", ["-c", $"printf 'my s3cret/ä\\n' | dotnet {Repository.HostDll} hash-secret"])).Trim();
        Assert.Matches("^pbkdf2-sha256\\$[0-9]+\\$[A-Za-z0-9+/=]+\\$[A-Za-z0-9+/=]+$", hash);

        await using var broker = await Broker.StartAsync(postgres, ("Qod:Clients:0:Id", "shop"), ("Qod:Clients:0:SecretHash", hash));
        using var shop = new Application(broker.Address, "shop", "my s3cret/ä");
        Assert.Equal(HttpStatusCode.OK, (await shop.PostAsync("/token", ("grant_type", "client_credentials"))).Status);
    }

    private static async Task KillAsync(Broker broker)
    {
        broker.Kill();
        await broker.ExitAsync();
        await broker.RestartAsync();
    }

    /// <summary>The application's backend, and its user's browser that follows no redirect.</summary>
    private sealed class Application(Uri address, string clientId = "my-app-id", string clientSecret = "my-app-secret") : IDisposable
    {
        private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = address };

        public async Task<Answer> PostAsync(string path, params (string Name, string Value)[] form)
        {
            using var content = new FormUrlEncodedContent(form.ToDictionary(field => field.Name, field => field.Value));
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
            var credentials = $"{Uri.EscapeDataString(clientId)}:{Uri.EscapeDataString(clientSecret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
            using var response = await http.SendAsync(request);
            return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()), response.Headers);
        }

        public async Task<Answer> GetAsync(string path)
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
            return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()), response.Headers);
        }

        public async Task<string> BrowseAsync(string path)
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.Found, response.StatusCode);
            return response.Headers.Location!.OriginalString;
        }

        public void Dispose() => http.Dispose();
    }
}
