using System.Net;
using System.Text.Json.Nodes;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>The reference at <c>/docs</c> as a person meets it who has just started the sandbox.</summary>
[Collection<ThroughTheCluster>]
public sealed class DocsInABrowserTests(ClusterService service)
{
    /// <summary>Among a document's ways to authorize, the one that the sandbox fills in.</summary>
    private const string Login = ".auth-container:has(#client_id_clientCredentials)";

    /// <summary>A folder for a picture of each page at its end; the environment variable QOD_E2E_PICTURES names it.</summary>
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("QOD_E2E_PICTURES");

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("qod-0.10", "0.10.1")]
    [InlineData("quality-on-demand-1.1", "1.1.0")]
    public async Task A_newcomer_chooses_a_surface_logs_in_as_the_sandbox_s_client_and_makes_a_session(string surface, string version)
    {
        var program = await Chromium.FindAsync();
        Assert.SkipWhen(program is null, "there is no chromium on this machine");
        await using var browser = await Chromium.StartAsync(program!);
        await browser.GoToAsync(new Uri(service.Address, "/docs"));
        await browser.TextAsync(".opblock-summary-path");

        await browser.ChooseAsync("select#select", surface);
        await Poll.UntilAsync(() => browser.TextAsync(".info .version"), text => text == version, Soon, surface);
        var servers = (string)(await browser.EvaluateAsync("[...document.querySelectorAll('.servers option')].map(o => o.text).join()"))!;
        Assert.Matches($"^/[^,]+ - This server,{service.Address}[^,]+ - Its public address$", servers);

        await browser.ClickAsync(".btn.authorize");
        await browser.TextAsync(Login);
        Assert.Equal("my-app-id", (string?)await browser.EvaluateAsync("document.querySelector('#client_id_clientCredentials').value"));
        await browser.ClickAsync($"{Login} button.authorize");
        // The mock token has been there from the start; once that is gone again, only the login can have done what follows.
        await Poll.UntilAsync(
            () => browser.EvaluateAsync("document.querySelectorAll(\"button[aria-label='Remove authorization']\").length"), logins => (int)logins! == 2, Soon, "the login");
        await browser.ClickAsync("form button[aria-label='Remove authorization']");
        await browser.ClickAsync(".close-modal");

        await browser.ClickAsync(".opblock-post .opblock-summary-control");
        await browser.ClickAsync(".opblock-post .btn.execute");
        Assert.Equal("201", (await browser.TextAsync(".live-responses-table tbody .response-col_status")).Split('\n')[0]);
        Assert.DoesNotContain("mock_sandbox", await browser.TextAsync(".opblock-post .curl"), StringComparison.Ordinal);
        if (Pictures is not null) await File.WriteAllBytesAsync(Path.Combine(Pictures, $"{surface}.png"), await browser.ScreenshotAsync());
        Assert.True(browser.Complaints.Count == 0, string.Join("\n", browser.Complaints));

        // Out of the way of the next one, for the same device.
        using var client = await service.ClientAsync();
        var session = JsonNode.Parse(await browser.TextAsync(".live-responses-table .highlight-code code"))!;
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync((string)session["sessionId"]!)).Status);
    }
}
