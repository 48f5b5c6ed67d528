// The frontend flow's callback without an SDK: the code is exchanged as in the backend flow, and the device is the one that came by.
// Host, registered callback and the port to listen on come from the command line.
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

internal static class FrontendFlow
{
    public static async Task Main(string[] args)
    {
        var (host, redirectUri) = (args[0], args[1]);

        var app = WebApplication.Create();

        app.MapGet("/qod-auth-callback", async (string code, HttpContext context) =>
        {
            using var http = new HttpClient { BaseAddress = new Uri(host) };
            var appCredentials = Convert.ToBase64String(Encoding.UTF8.GetBytes("my-app-id:my-app-secret"));
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", appCredentials);
            using var form = new FormUrlEncodedContent([new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", redirectUri)]);
            var response = await http.PostAsync(new Uri("/token", UriKind.Relative), form);
            var token = await response.Content.ReadFromJsonAsync<JsonObject>();

            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token!["access_token"]!.ToString());
            response = await http.PostAsJsonAsync(new Uri("/qod/v0/sessions", UriKind.Relative), new
            {
                device = new { ipv4Address = new { publicAddress = context.Connection.RemoteIpAddress!.ToString(), publicPort = context.Connection.RemotePort } },
                applicationServer = new { ipv4Address = "0.0.0.0/0" },
                qosProfile = "QOS_E",
                duration = 300,
            });
            var session = await response.Content.ReadFromJsonAsync<JsonObject>();
            Console.WriteLine($"Session created with id: {session!["sessionId"]}");
            return "Your connection is better now";
        });

        await app.RunAsync($"http://127.0.0.1:{args[2]}");
    }
}
