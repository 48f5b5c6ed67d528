using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Contracts;

/// <summary>Client libraries that we did not write, against our reading of the same documents.</summary>
public abstract class ThirdPartyClientContract(Service service)
{
    [Fact]
    public async Task The_openid_client_package_goes_through_discovery_backchannel_and_code_flow()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("QOD_E2E_DOWNLOADS") == "true", "QOD_E2E_DOWNLOADS is not true: nothing is installed from npm");
        using var folder = new TemporaryFolder();
        await ChildProcess.RunAsync("npm", ["install", "--prefix", folder.Path, "--no-audit", "--no-fund", "openid-client@6"]);

        var printed = await ChildProcess.RunAsync(
            "node", [Path.Combine(AppContext.BaseDirectory, "Samples", "openid_client.mjs"), service.Address.GetLeftPart(UriPartial.Authority), folder.Path]);

        Assert.Equal(
            """
            client credentials: qod-sessions-read
            backchannel: my-app-id
            code: my-app-id
            code again: invalid_grant
            session: 201
            allowed: asking-app-id
            refused: access_denied
            unknown line: unknown_user_id
            """,
            printed.Trim());
    }
}
