// The frontend flow's callback in Java without an SDK: the code is exchanged as in the backend flow, and the device is the one that came by.
// Host, registered callback and the port to listen on come from the command line; JSONObject is that of org.json.
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.json.JSONObject;

class FrontendFlow {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] args) throws Exception {
        String host = args[0];
        String redirectUri = args[1];

        HttpServer app = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[2])), 0);

        app.createContext("/qod-auth-callback", exchange -> {
            String code = exchange.getRequestURI().getQuery().replaceAll(".*\\bcode=([^&]*).*", "$1");
            String credentials = Base64.getEncoder().encodeToString("my-app-id:my-app-secret".getBytes(StandardCharsets.UTF_8));
            String requestBody = "grant_type=authorization_code&code=" + encode(code) + "&redirect_uri=" + encode(redirectUri);

            JSONObject token = send(HttpRequest.newBuilder()
                .uri(URI.create(host + "/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Authorization", "Basic " + credentials)
                .POST(BodyPublishers.ofString(requestBody))
                .build());

            JSONObject session = send(HttpRequest.newBuilder()
                .uri(URI.create(host + "/qod/v0/sessions"))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token.getString("access_token"))
                .POST(BodyPublishers.ofString(sessionFor(exchange).toString()))
                .build());
            System.out.println("Session created with id: " + session.getString("sessionId"));

            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });

        app.start();
        System.out.println("QoD authorization callback URL is running");
    }

    private static JSONObject sessionFor(HttpExchange exchange) {
        JSONObject ipv4Address = new JSONObject();
        ipv4Address.put("publicAddress", exchange.getRemoteAddress().getAddress().getHostAddress());
        ipv4Address.put("publicPort", exchange.getRemoteAddress().getPort());
        JSONObject device = new JSONObject();
        device.put("ipv4Address", ipv4Address);
        JSONObject applicationServer = new JSONObject();
        applicationServer.put("ipv4Address", "0.0.0.0/0");

        JSONObject requestBody = new JSONObject();
        requestBody.put("device", device);
        requestBody.put("applicationServer", applicationServer);
        requestBody.put("qosProfile", "QOS_E");
        requestBody.put("duration", 300);
        return requestBody;
    }

    private static JSONObject send(HttpRequest request) throws IOException {
        try {
            return new JSONObject(CLIENT.send(request, BodyHandlers.ofString()).body());
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
