// The frontend flow in Java with the SDK, as the samples of the other languages.
// The host comes from OPENGATEWAY_BASE_URL, the registered callback from OPENGATEWAY_REDIRECT_URI, the port to listen on from the command line.
import aggregator.opengatewaysdk.ClientCredentials;
import aggregator.opengatewaysdk.QoDMobile;
import aggregator.opengatewaysdk.QoSProfiles;
import aggregator.opengatewaysdk.Session;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

class FrontendSdk {
    public static void main(String[] args) throws Exception {
        ClientCredentials credentials = new ClientCredentials(
            "my-app-id",
            "my-app-secret"
        );

        HttpServer app = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);

        app.createContext("/qod-auth-callback", exchange -> {
            String code = exchange.getRequestURI().getQuery().replaceAll(".*\\bcode=([^&]*).*", "$1");
            QoDMobile qodClient = new QoDMobile(credentials, code, null);

            String ip = exchange.getRemoteAddress().getAddress().getHostAddress();
            int port = exchange.getRemoteAddress().getPort();

            Session session = qodClient.setQualityOfService(300, QoSProfiles.QOS_E, ip, port);
            System.out.println("Session created with id: " + session.sessionId());

            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });

        app.start();
        System.out.println("QoD authorization callback URL is running");
    }
}
