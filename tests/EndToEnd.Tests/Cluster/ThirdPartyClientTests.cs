using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>Client libraries that we did not write, against our reading of the same documents.</summary>
[Collection<ThroughTheCluster>]
public sealed class ThirdPartyClientTests(ClusterService service)
{
    [Fact]
    public async Task The_openid_client_package_goes_through_discovery_backchannel_and_code_flow() => Assert.Equal(
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
        await RunAsync("openid_client.mjs", "openid-client@6"));

    [Fact]
    public async Task CAMARA_clients_go_through_sessions_and_profiles_of_1_1() => Assert.Equal(
        """
        Nokia, 2-legged: AVAILABLE 300 360 360 true CONFLICT NotFoundError NOT_FOUND
        Nokia, 3-legged: AVAILABLE 300 360 360 true CONFLICT NotFoundError NOT_FOUND
        Nokia, 3-legged with a device: NetworkAsCodeApiError UNNECESSARY_IDENTIFIER
        Nokia, no token: 401 UNAUTHENTICATED
        documents, profiles: QOS_E,QOS_L,QOS_M,QOS_S QOS_E ACTIVE
        documents, sessions: AVAILABLE 360 1 204 404 NOT_FOUND
        """,
        await RunAsync("camara_clients.mjs", "openid-client@6", "network-as-code@10", "openapi-client-axios@7", "axios@1"));

    /// <returns>What the program prints.</returns>
    private async Task<string> RunAsync(string program, params string[] packages)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("QOD_E2E_DOWNLOADS") == "true", "QOD_E2E_DOWNLOADS is not true: nothing is installed from npm");
        using var folder = new TemporaryFolder();
        await ChildProcess.RunAsync("npm", ["install", "--prefix", folder.Path, "--no-audit", "--no-fund", .. packages]);
        var printed = await ChildProcess.RunAsync(
            "node", [Path.Combine(AppContext.BaseDirectory, "Samples", program), service.Address.GetLeftPart(UriPartial.Authority), folder.Path]);
        return printed.Trim();
    }
}
