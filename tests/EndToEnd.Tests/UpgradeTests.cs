using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>A database and a key file that the release before made, with two engines and Orleans 10.2, are served as they are.</summary>
public sealed class UpgradeTests(PostgresServer server)
{
    private const string Live = "01a22dd7-81bf-7db5-90d8-b72c90430ef3";
    private const string Deleted = "01a22dd7-cd4d-7544-bca3-3e4351d03754";
    private const string AdministrationToken = "a-token-of-more-than-32-characters";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_an_earlier_release_left_is_served()
    {
        await using var sink = await EventSink.StartAsync();
        await using var broker = await Broker.StartAsync(server, (database, data) => RestoreAsync(database, data, sink.Url), ("Qod:Administration:Token", AdministrationToken));
        using var client = new QodClient(broker.Address, "mock_sandbox_access_token");

        // Sessions.
        Assert.Equal("AVAILABLE", (await client.GetAsync(Live))["qosStatus"]);
        Assert.Equal(HttpStatusCode.Conflict, (await client.CreateAsync("+34600000001")).Status);

        // Events that were not told yet, under the ids that they had.
        await sink.ToldAsync(Live, Soon, "AVAILABLE");
        Assert.Equal("e26a9763-2de1-8988-bbd7-94ad5f2b4dc8", sink.Of(Live)[0].Id);
        await sink.ToldAsync(Deleted, Soon, "AVAILABLE", "UNAVAILABLE DELETE_REQUESTED");

        // Keys: those that sign id_tokens, and those that seal sink tokens.
        using var http = new HttpClient { BaseAddress = broker.Address };
        Assert.Contains("Niu3gby4mJrFZGvmiZ6JXlzx0EaT-T6_ngEV1cs3lJM", await http.GetStringAsync("/jwks"), StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be opened", broker.Output, StringComparison.Ordinal);

        // Grants: a person who consented is not asked again.
        Assert.NotNull((await AskAsync(http, "/token",
            ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", (await LogInAsync(http))["auth_req_id"]!.ToString())))["access_token"]);

        // Operators' modes, as Orleans 10.2 stored them.
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdministrationToken);
        Assert.Contains("\"draining\"", await http.GetStringAsync("/admin/operators/o2-de"), StringComparison.Ordinal);
        await Poll.UntilAsync(() => client.CreateAsync("+49600000009"), answer => answer.Status == HttpStatusCode.ServiceUnavailable, Soon, "a create at a drained operator");

        // And it goes on.
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(Live)).Status);
        await sink.ToldAsync(Live, Soon, "AVAILABLE", "UNAVAILABLE DELETE_REQUESTED");
        Assert.Equal(HttpStatusCode.Created, (await client.CreateAsync("+34600000001")).Status);
    }

    private static async Task RestoreAsync(string database, string data, Uri sink)
    {
        var folder = Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Upgrade");
        File.Copy(Path.Combine(folder, "keys.json"), Path.Combine(data, "keys.json"));
        var dump = await File.ReadAllTextAsync(Path.Combine(folder, "database.sql"));
        await using var source = NpgsqlDataSource.Create(database);
        await using var restore = source.CreateCommand(Regex.Replace(dump, "http://127.0.0.1:9/(nobody|deleted)", sink.AbsoluteUri));
        await restore.ExecuteNonQueryAsync();
        // Young enough to be told of; and one operator was drained, as it could be in a cluster only.
        await using var adapt = source.CreateCommand(
            """
            update qod.events set occurred_at = now();
            insert into qod.grain_states (service_id, state_name, key_high, key_low, key_text, version, payload) values ('qod', 'operator', 0, 0, 'o2-de', 1,
                convert_to('{"$id":"1","$type":"QodOrleans.Grains.Operators.OperatorAdministration, QodOrleans.Grains","Mode":1}', 'UTF8'));
            """);
        await adapt.ExecuteNonQueryAsync();
    }

    private static Task<JsonNode> LogInAsync(HttpClient http) =>
        AskAsync(http, "/bc-authorize", ("login_hint", "tel:+34600000123"), ("scope", "openid dpv:RequestedServiceProvision#qod"));

    private static async Task<JsonNode> AskAsync(HttpClient http, string path, params (string Name, string Value)[] members)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new FormUrlEncodedContent(members.Select(member => KeyValuePair.Create(member.Name, member.Value)));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("asking-app-id:asking-app-secret"u8));
        using var answer = await http.SendAsync(request);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
