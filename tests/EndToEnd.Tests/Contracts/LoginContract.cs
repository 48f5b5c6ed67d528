using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Contracts;

/// <summary>The published samples' HTTP calls, login included. Whoever answers is killed in the middle, and another process goes on.</summary>
public abstract class LoginContract(Service service)
{
    private const string Callback = Service.PublishedCallback;
    private const string Scope = "openid dpv:RequestedServiceProvision#qod";

    /// <summary>The body of the samples, "device" around everything included.</summary>
    private const string SampleBody =
        """{"device":{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":8080},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","duration":300}}""";

    [Fact]
    public async Task The_backend_flow_goes_on_after_a_kill_between_its_steps()
    {
        using var application = new Application(service);

        var asked = await application.PostAsync("/bc-authorize", ("login_hint", "ipport:203.0.113.25:8080"), ("scope", Scope));
        await service.CrashAsync();
        var told = await application.PostAsync("/token", ("grant_type", Application.BackchannelGrant), ("auth_req_id", asked["auth_req_id"]!));
        await service.CrashAsync();

        using var client = new QodClient(service.Address, told["access_token"]!);
        var created = await client.SendAsync(HttpMethod.Post, "/qod/v0/sessions", JsonNode.Parse(SampleBody)!.AsObject());
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal("AVAILABLE", created["qosStatus"]);

        // The token binds the line, and the auth_req_id was good once, whoever has died meanwhile.
        var another = JsonNode.Parse(SampleBody.Replace("203.0.113.25", "203.0.113.26", StringComparison.Ordinal))!.AsObject();
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(HttpMethod.Post, "/qod/v0/sessions", another)).Status);
        Assert.Equal("invalid_grant", (await application.PostAsync("/token", ("grant_type", Application.BackchannelGrant), ("auth_req_id", asked["auth_req_id"]!)))["error"]);
        await client.DeleteAsync(created["sessionId"]!);
    }

    [Fact]
    public async Task The_frontend_flow_goes_on_after_a_kill_between_its_steps()
    {
        using var application = new Application(service);
        using var elsewhere = new Application(service) { Elsewhere = true };

        var keys = await application.GetAsync("/jwks");
        var location = await application.BrowseAsync($"/authorize?client_id=my-app-id&response_type=code&scope={Uri.EscapeDataString(Scope)}&redirect_uri={Uri.EscapeDataString(Callback)}&state=%2B34600000000&create=");
        Assert.StartsWith(Callback + "?", location, StringComparison.Ordinal);
        var arrival = QueryHelpers.ParseQuery(location[Callback.Length..]);
        Assert.Equal("+34600000000", arrival["state"]);

        await service.CrashAsync();
        (string, string)[] redeem = [("grant_type", "authorization_code"), ("code", arrival["code"]!), ("redirect_uri", Callback)];
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => (n % 2 == 0 ? application : elsewhere).PostAsync("/token", redeem)));
        var told = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer != told), answer => Assert.Equal("invalid_grant", answer["error"]));

        // The host that signs is another process; its key is not another one.
        Assert.Equal(keys.Body!.ToJsonString(), (await application.GetAsync("/jwks")).Body!.ToJsonString());
        var header = JsonNode.Parse(WebEncoders.Base64UrlDecode(told["id_token"]!.Split('.')[0]))!;
        Assert.Equal(keys.Body["keys"]![0]!["kid"]!.ToString(), header["kid"]!.ToString());

        // In the sandbox, loopback is the line +34600000000.
        using var client = new QodClient(service.Address, told["access_token"]!);
        var created = await client.CreateAsync("+34600000000");
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.CreateAsync("+34600000001")).Status);
        await client.DeleteAsync(created["sessionId"]!);

        await service.CrashAsync();
        Assert.Equal("invalid_grant", (await application.PostAsync("/token", redeem))["error"]);
    }

    [Fact]
    public async Task A_request_that_waits_for_the_person_waits_through_a_kill()
    {
        using var application = new Application(service, "asking-app-id", "asking-app-secret");
        using var person = new HttpClient();

        var asked = await application.PostAsync("/bc-authorize", ("login_hint", "tel:+34600000042"), ("scope", Scope));
        (string, string)[] poll = [("grant_type", Application.BackchannelGrant), ("auth_req_id", asked["auth_req_id"]!)];
        Assert.Equal("authorization_pending", (await application.PostAsync("/token", poll))["error"]);
        var page = await person.GetStringAsync(new Uri(asked["consent_uri"]!));
        var question = page.Split("name=\"question\" value=\"")[1].Split('"')[0];

        await service.CrashAsync();
        using var decision = new FormUrlEncodedContent([new("question", question), new("decision", "approve")]);
        Assert.Equal(HttpStatusCode.OK, (await person.PostAsync(new Uri(service.Address, "/consent"), decision)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/token", poll)).Status);

        await service.CrashAsync();
        Assert.Null((await application.PostAsync("/bc-authorize", ("login_hint", "tel:+34600000042"), ("scope", Scope)))["consent_uri"]);
    }
}
