using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace QodOrleans.Deploy.Tests;

/// <summary>A silo that serves the API, in this process, over memory, on a port of its own: without one, Kestrel would measure nothing.</summary>
public sealed class SiloHost : WebApplicationFactory<Program>
{
    private readonly string data = Directory.CreateTempSubdirectory("qod-deploy-").FullName;

    public SiloHost()
    {
        UseKestrel(0);
        StartServer();
    }

    /// <summary>So that there is something to measure. Nobody listens at the sink.</summary>
    public async Task CreateSessionAsync()
    {
        using var http = CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/qod/v0/sessions");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "mock_sandbox_access_token");
        request.Content = new StringContent(
            """
            {
              "device": { "phoneNumber": "+34600000001" },
              "applicationServer": { "ipv4Address": "0.0.0.0/0" },
              "qosProfile": "QOS_E",
              "duration": 600,
              "webhook": { "notificationUrl": "http://127.0.0.1:9/" }
            }
            """,
            Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder) =>
        builder.UseSetting("Qod:Api", "true").UseSetting("Qod:Store", "memory").UseSetting("Qod:Data", data).UseSetting("Qod:Port", "0");

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(data)) Directory.Delete(data, recursive: true);
    }
}
