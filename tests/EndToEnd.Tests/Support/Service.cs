using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>The service as applications meet it: at one address or another, run by one process or by several. A silo that serves the API itself is
/// one such, gateways with silos behind them another; what the classes in Contracts say holds of each. Many tests share one, so each ends the sessions that
/// would be in the way.</summary>
public abstract class Service : IAsyncLifetime
{
    /// <summary>The callback of <c>my-app-id</c> that the published samples name, at a host that does not exist.</summary>
    internal const string PublishedCallback = "https://my_app_server/qod-auth-callback";

    /// <summary>Where requests go.</summary>
    internal abstract Uri Address { get; }

    /// <summary>Where else they may go: another gateway, or the same host where there is only one.</summary>
    internal abstract Uri OtherAddress { get; }

    /// <summary>A callback of <c>my-app-id</c> on this machine.</summary>
    internal string Callback => $"http://127.0.0.1:{CallbackPort}/qod-auth-callback";

    /// <summary>Registered once, used by one sample after the other, and free in between.</summary>
    internal int CallbackPort { get; } = LoopbackPort.Free();

    /// <summary>Kills the process that has answered so far. When this ends, <see cref="Address"/> is served by another one.</summary>
    internal abstract Task CrashAsync();

    /// <summary>The same by SIGTERM, which must end it well.</summary>
    internal abstract Task RestartAsync();

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    internal Task<QodClient> ClientAsync(string clientId = "my-app-id", string clientSecret = "my-app-secret") =>
        QodClient.AuthorizeAsync(Address, clientId, clientSecret);

    /// <summary>What every process of the service is configured with.</summary>
    protected async Task<(string Key, string Value)[]> SettingsAsync()
    {
        var hash = (await ChildProcess.RunAsync("bash", ["-c", $"echo my-app-secret | dotnet {Repository.SiloDll} hash-secret"])).Trim();
        return
        [
            ("Qod:Clients:0:Id", "my-app-id"), ("Qod:Clients:0:SecretHash", hash),
            ("Qod:Clients:0:RedirectUris:0", PublishedCallback), ("Qod:Clients:0:RedirectUris:1", Callback),
        ];
    }
}
