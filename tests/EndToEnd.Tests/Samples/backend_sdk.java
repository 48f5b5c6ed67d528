// The published Java sample of the backend flow with the SDK, in a class of its own.
// The host comes from OPENGATEWAY_BASE_URL, the device from the command line.
import aggregator.opengatewaysdk.ClientCredentials;
import aggregator.opengatewaysdk.QoDMobile;
import aggregator.opengatewaysdk.QoSProfiles;
import aggregator.opengatewaysdk.Session;

class BackendSdk {
    public static void main(String[] args) {
        ClientCredentials credentials = new ClientCredentials(
            "my-app-id",
            "my-app-secret"
        );

        String deviceIpPortAddress = args[0]; // e.g. "203.0.113.25:8080"

        QoDMobile qodClient = new QoDMobile(credentials, null, deviceIpPortAddress);

        int duration = 300;  // Seconds

        Session session = qodClient.setQualityOfService(duration, QoSProfiles.QOS_E);
        System.out.println("Session created with id: " + session.sessionId());
    }
}
