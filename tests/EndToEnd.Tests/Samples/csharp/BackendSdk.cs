// The backend flow with the SDK, as the samples of the other languages. The host comes from OPENGATEWAY_BASE_URL, the device from the command line.
using QodOrleans.Sdk;

internal static class BackendSdk
{
    public static async Task Main(string[] args)
    {
        var credentials = new ClientCredentials("my-app-id", "my-app-secret");

        var deviceIpPortAddress = args[0]; // e.g. "203.0.113.25:8080"

        using var qodClient = new QoDMobile(credentials, null, deviceIpPortAddress);

        var duration = 300; // Seconds

        var session = await qodClient.SetQualityOfServiceAsync(duration, QoSProfiles.QOS_E);
        Console.WriteLine($"Session created with id: {session.SessionId}");
    }
}
