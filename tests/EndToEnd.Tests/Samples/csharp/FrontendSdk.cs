// The frontend flow with the SDK, as the samples of the other languages. The host comes from OPENGATEWAY_BASE_URL, the registered callback from
// OPENGATEWAY_REDIRECT_URI, the port to listen on from the command line.
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using QodOrleans.Sdk;

internal static class FrontendSdk
{
    public static async Task Main(string[] args)
    {
        var credentials = new ClientCredentials("my-app-id", "my-app-secret");

        var app = WebApplication.Create();

        app.MapGet("/qod-auth-callback", async (string code, HttpContext context) =>
        {
            using var qodClient = new QoDMobile(credentials, code);

            var ip = context.Connection.RemoteIpAddress!.ToString();
            var port = context.Connection.RemotePort;

            var session = await qodClient.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E, ip, port);
            Console.WriteLine($"Session created with id: {session.SessionId}");
            return "Your connection is better now";
        });

        await app.RunAsync($"http://127.0.0.1:{args[0]}");
    }
}
