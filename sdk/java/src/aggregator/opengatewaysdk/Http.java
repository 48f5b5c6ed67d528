package aggregator.opengatewaysdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** One aggregator over HTTP. */
final class Http {
    private static final String USER_AGENT = "QodOrleans-SDK-java/0.1.0";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Options options;
    private final String root;

    Http(Options options) {
        this.options = options;
        root = options.baseUrl().toString().replaceAll("/+$", "");
    }

    String redirectUri() {
        return options.redirectUri();
    }

    String scope() {
        return options.scope();
    }

    /** @return the answer's JSON; empty where there is none */
    Map<String, Object> sendJson(String method, String path, String token, Map<String, Object> body) {
        var request = HttpRequest.newBuilder(URI.create(root + path)).header("Authorization", "Bearer " + token);
        if (body == null) return send(request.method(method, BodyPublishers.noBody()));
        return send(request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(Json.write(body))));
    }

    Map<String, Object> postForm(String path, ClientCredentials client, Map<String, String> form) {
        // RFC 6749, 2.3.1: both are form-encoded first, for a colon in either of them.
        var pair = encode(client.clientId()) + ":" + encode(client.clientSecret());
        var body = form.entrySet().stream().map(entry -> entry.getKey() + "=" + encode(entry.getValue())).collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(root + path))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    private Map<String, Object> send(HttpRequest.Builder builder) {
        var correlator = UUID.randomUUID().toString();
        var request = builder.header("Accept", "application/json").header("User-Agent", USER_AGENT).header("x-correlator", correlator).timeout(TIMEOUT).build();
        try {
            var response = options.http().send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) throw error(response, correlator);
            return response.body().isEmpty() ? Map.of() : Json.readObject(response.body());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    private static OpenGatewayException error(HttpResponse<String> response, String correlator) {
        Map<String, Object> body;
        try {
            body = Json.readObject(response.body());
        } catch (IllegalArgumentException foreign) {
            // What stands between us and the aggregator may answer in words of its own.
            body = Map.of();
        }
        var status = response.statusCode();
        var retryAfter = response.headers().firstValue("Retry-After").filter(text -> text.matches("[0-9]{1,9}")).map(Integer::valueOf).orElse(null);
        if (body.get("error") instanceof String code) return new AuthorizationException(status, code, "" + body.get("error_description"), correlator, retryAfter);
        var code = body.get("code") instanceof String text ? text : "HTTP";
        var message = body.get("message") instanceof String text ? text : "";
        return status == 401
            ? new AuthorizationException(status, code, message, correlator, retryAfter)
            : new OpenGatewayException(status, code, message, correlator, retryAfter);
    }

    private static RuntimeException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", cause);
    }
}
