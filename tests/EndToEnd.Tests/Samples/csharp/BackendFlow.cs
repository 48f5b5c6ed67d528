// The backend flow without an SDK, step by step as the samples of the other languages. Host and device come from the command line.
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

internal static class BackendFlow
{
    public static async Task Main(string[] args)
    {
        var (host, deviceIpPortAddress) = (args[0], args[1]); // e.g. "203.0.113.25:8080"
        using var http = new HttpClient { BaseAddress = new Uri(host) };

        // First step:
        // Perform an authorization request

        var appCredentials = Convert.ToBase64String(Encoding.UTF8.GetBytes("my-app-id:my-app-secret"));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", appCredentials);

        var authorization = await PostFormAsync("/bc-authorize", ("login_hint", $"ipport:{deviceIpPortAddress}"), ("scope", "dpv:RequestedServiceProvision#qod"));

        // Second step:
        // Requesting an access token with the auth_req_id included in the result above

        var token = await PostFormAsync("/token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", authorization["auth_req_id"]!.ToString()));

        // API usage

        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token["access_token"]!.ToString());
        var response = await http.PostAsJsonAsync(new Uri("/qod/v0/sessions", UriKind.Relative), new
        {
            device = new { ipv4Address = new { publicAddress = deviceIpPortAddress.Split(':')[0], publicPort = int.Parse(deviceIpPortAddress.Split(':')[1]) } },
            applicationServer = new { ipv4Address = "0.0.0.0/0" },
            qosProfile = "QOS_E",
            duration = 300,
        });
        var session = await response.Content.ReadFromJsonAsync<JsonObject>();
        Console.WriteLine($"Session created with id: {session!["sessionId"]}");

        async Task<JsonObject> PostFormAsync(string path, params (string Name, string Value)[] members)
        {
            using var form = new FormUrlEncodedContent(members.Select(member => KeyValuePair.Create(member.Name, member.Value)));
            var answer = await http.PostAsync(new Uri(path, UriKind.Relative), form);
            return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        }
    }
}
