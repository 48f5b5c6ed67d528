// The published Java sample of the backend flow without an SDK, in a class of its own: names that it declares twice are told apart, and
// response.body() is called. Host and device come from the command line; JSONObject is that of org.json.
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.json.JSONObject;

class BackendFlow {
    public static void main(String[] args) throws Exception {
        String host = args[0];

        // First step:
        // Perform an authorization request

        String deviceIpPortAddress = args[1]; // e.g. "203.0.113.25:8080"

        String clientId = "my-app-id";
        String clientSecret = "my-app-secret";
        String appCredentials = clientId + ":" + clientSecret;
        String credentials = Base64.getEncoder().encodeToString(appCredentials.getBytes(StandardCharsets.UTF_8));
        String apiScope = "dpv:RequestedServiceProvision#qod";

        HttpClient client = HttpClient.newHttpClient();

        Map<Object, Object> data = new HashMap<>();
        data.put("login_hint", "ipport:" + deviceIpPortAddress);
        data.put("scope", apiScope);

        HttpRequest request = HttpRequest.newBuilder()
            .uri(URI.create(host + "/bc-authorize"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Authorization", "Basic " + credentials)
            .POST(BodyPublishers.ofString(formOf(data)))
            .build();

        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        JSONObject jsonResponse = new JSONObject(response.body());
        String authReqId = jsonResponse.getString("auth_req_id");

        // Second step:
        // Requesting an access token with the auth_req_id included in the result above

        data = new HashMap<>();
        data.put("grant_type", "urn:openid:params:grant-type:ciba");
        data.put("auth_req_id", authReqId);

        request = HttpRequest.newBuilder()
            .uri(URI.create(host + "/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Authorization", "Basic " + credentials)
            .POST(BodyPublishers.ofString(formOf(data)))
            .build();

        response = client.send(request, BodyHandlers.ofString());
        jsonResponse = new JSONObject(response.body());
        String accessToken = jsonResponse.getString("access_token");

        // API usage, "device" around everything included

        JSONObject requestBody = new JSONObject();
        JSONObject device = new JSONObject();
        JSONObject ipv4Address = new JSONObject();
        ipv4Address.put("publicAddress", deviceIpPortAddress.split(":")[0]);
        ipv4Address.put("publicPort", Integer.parseInt(deviceIpPortAddress.split(":")[1]));
        device.put("ipv4Address", ipv4Address);
        JSONObject applicationServer = new JSONObject();
        applicationServer.put("ipv4Address", "0.0.0.0/0");
        device.put("applicationServer", applicationServer);
        device.put("qosProfile", "QOS_E");
        device.put("duration", 300);
        requestBody.put("device", device);

        request = HttpRequest.newBuilder()
            .uri(URI.create(host + "/qod/v0/sessions"))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + accessToken)
            .POST(BodyPublishers.ofString(requestBody.toString()))
            .build();

        response = client.send(request, BodyHandlers.ofString());
        jsonResponse = new JSONObject(response.body());
        String sessionId = jsonResponse.getString("sessionId");

        System.out.println("Session created with id: " + sessionId);
    }

    private static String formOf(Map<Object, Object> data) {
        StringBuilder requestBody = new StringBuilder();
        for (Map.Entry<Object, Object> entry : data.entrySet()) {
            if (requestBody.length() > 0) {
                requestBody.append("&");
            }
            requestBody.append(URLEncoder.encode(entry.getKey().toString(), StandardCharsets.UTF_8));
            requestBody.append("=");
            requestBody.append(URLEncoder.encode(entry.getValue().toString(), StandardCharsets.UTF_8));
        }
        return requestBody.toString();
    }
}
