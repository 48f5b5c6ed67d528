package aggregator.opengatewaysdk;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Run with the folder sdk as its argument. A failure is an exception. */
public final class SdkTest {
    private static final ClientCredentials CREDENTIALS = new ClientCredentials("my:app", "a secret");
    private static final Answer REQUEST = new Answer("/bc-authorize", 200, "{\"auth_req_id\":\"r\",\"interval\":0,\"expires_in\":120}");
    private static final Answer PENDING = new Answer("/token", 400, "{\"error\":\"authorization_pending\"}");
    private static final Answer CREATED =
        new Answer("/qod/v0/sessions", 201, "{\"sessionId\":\"s\",\"qosStatus\":\"AVAILABLE\",\"duration\":300,\"startedAt\":1,\"expiresAt\":301}");
    private static final Answer UNAUTHENTICATED = new Answer("/qod/v0/sessions", 401, "{\"code\":\"UNAUTHENTICATED\"}");

    public static void main(String[] arguments) throws IOException {
        addressesAreReadAsTheTableSays(Path.of(arguments[0], "addresses.json"));
        jsonIsReadAndWritten();
        theTokenIsPolledForWhileThePersonIsBeingAsked();
        aServerThatWantsItSlowerGetsFiveSecondsMore();
        idAndSecretAreFormEncodedBeforeTheyBecomeBasicCredentials();
        aPersonWhoRefusesIsAnAuthorizationException();
        aTokenThatIsRefusedIsRenewedOnce();
        aTokenThatIsAboutToEndIsNotUsedAgain();
        aCodeIsExchangedOnce();
        anErrorSaysWhatTheAggregatorSaid();
        anArgumentThatIsNullIsNamed();
        System.out.println("11 passed");
    }

    private static void addressesAreReadAsTheTableSays(Path table) throws IOException {
        for (var row : (List<?>) Json.read(Files.readString(table))) {
            var expected = (Map<?, ?>) row;
            var ipPort = (String) expected.get("ipPort");
            if (expected.get("device") == null) {
                fails(IllegalArgumentException.class, () -> DeviceAddress.parse(ipPort), error -> true);
                continue;
            }
            var address = DeviceAddress.parse(ipPort);
            equal(expected.get("loginHint"), address.toLoginHint());
            equal(expected.get("device"), Json.read(Json.write(address.toDevice())));
        }
    }

    private static void jsonIsReadAndWritten() {
        var text = "{\"a\":{},\"b\":\"\\\"\\\\ \\u0001\u00e9\",\"c\":300}";
        equal(text, Json.write(Json.read(text)));
        equal(List.of(1L, -2.5e3, true, "\n\u00e9/", List.of()), Json.read(" [ 1 , -2.5e3 , true , \"\\n\\u00e9\\/\" , [ ] ] "));
        for (var wrong : List.of("", "{", "{\"a\"}", "{\"a\":1,}", "[1 2]", "\"", "\"\\x\"", "\"\\u00g0\"", "tru", "-", "{} {}", "\"\n\"", "[".repeat(10_000)))
            fails(IllegalArgumentException.class, () -> Json.read(wrong), error -> true);
    }

    private static void theTokenIsPolledForWhileThePersonIsBeingAsked() throws IOException {
        try (var aggregator = new Aggregator(REQUEST, PENDING, PENDING, token("t", 3600), CREATED)) {
            equal("s", aggregator.create());
            equal("Bearer t", aggregator.last().authorization());
        }
    }

    private static void aServerThatWantsItSlowerGetsFiveSecondsMore() throws IOException {
        // Five more than minus five: no time at all.
        var request = new Answer("/bc-authorize", 200, "{\"auth_req_id\":\"r\",\"interval\":-5}");
        try (var aggregator = new Aggregator(request, new Answer("/token", 400, "{\"error\":\"slow_down\"}"), token("t", 3600), CREATED)) {
            equal("s", aggregator.create());
        }
    }

    private static void idAndSecretAreFormEncodedBeforeTheyBecomeBasicCredentials() throws IOException {
        try (var aggregator = new Aggregator(REQUEST, token("t", 3600), CREATED)) {
            aggregator.create();
            equal("my%3Aapp:a+secret", new String(Base64.getDecoder().decode(aggregator.seen.get(0).authorization().substring(6)), StandardCharsets.UTF_8));
        }
    }

    private static void aPersonWhoRefusesIsAnAuthorizationException() throws IOException {
        try (var aggregator = new Aggregator(REQUEST, new Answer("/token", 400, "{\"error\":\"access_denied\"}"))) {
            fails(AuthorizationException.class, aggregator::create, error -> error.code().equals("access_denied"));
        }
    }

    private static void aTokenThatIsRefusedIsRenewedOnce() throws IOException {
        try (var aggregator = new Aggregator(REQUEST, token("old", 3600), UNAUTHENTICATED, REQUEST, token("new", 3600), CREATED)) {
            equal("s", aggregator.create());
            equal("Bearer new", aggregator.last().authorization());
        }
        try (var aggregator = new Aggregator(REQUEST, token("old", 3600), UNAUTHENTICATED, REQUEST, token("new", 3600), UNAUTHENTICATED)) {
            fails(AuthorizationException.class, aggregator::create, error -> error.code().equals("UNAUTHENTICATED"));
        }
    }

    private static void aTokenThatIsAboutToEndIsNotUsedAgain() throws IOException {
        try (var aggregator = new Aggregator(REQUEST, token("short", 29), CREATED, REQUEST, token("next", 3600), CREATED)) {
            var qod = new QoDMobile(CREDENTIALS, null, "203.0.113.25:8080", aggregator.options());
            qod.setQualityOfService(300, QoSProfiles.QOS_E);
            qod.setQualityOfService(300, QoSProfiles.QOS_E);
            equal("Bearer next", aggregator.last().authorization());
        }
    }

    private static void aCodeIsExchangedOnce() throws IOException {
        try (var aggregator = new Aggregator(token("t", 3600), UNAUTHENTICATED)) {
            var qod = new QoDMobile(CREDENTIALS, "the-code", null, aggregator.options().withRedirectUri("https://app.test/callback"));
            fails(AuthorizationException.class, () -> qod.setQualityOfService(300, QoSProfiles.QOS_E, "203.0.113.25", 8080), error -> error.code().equals("login_required"));
            equal(true, List.of(aggregator.seen.get(0).body().split("&")).contains("redirect_uri=https%3A%2F%2Fapp.test%2Fcallback"));
        }
    }

    private static void anErrorSaysWhatTheAggregatorSaid() throws IOException {
        try (var aggregator = new Aggregator(REQUEST, token("t", 3600), new Answer("/qod/v0/sessions", 409, "{\"code\":\"CONFLICT\",\"message\":\"taken\"}"))) {
            fails(OpenGatewayException.class, aggregator::create, error ->
                error.status() == 409 && error.code().equals("CONFLICT") && error.correlator().equals(aggregator.last().correlator()));
        }
    }

    private static void anArgumentThatIsNullIsNamed() throws IOException {
        try (var aggregator = new Aggregator(REQUEST)) {
            var options = aggregator.options();
            var qod = new QoDMobile(CREDENTIALS, null, "203.0.113.25:8080", options);
            named("clientId", () -> new ClientCredentials(null, "secret"));
            named("clientSecret", () -> new ClientCredentials("id", null));
            named("baseUrl", () -> options.withBaseUrl(null));
            named("http", () -> options.withHttp(null));
            named("scope", () -> new Options(options.baseUrl(), null, null, options.http()));
            named("credentials", () -> new QoDMobile(null, "code", null));
            named("credentials", () -> new QoDMobile(null, null, "203.0.113.25:8080", options));
            named("options", () -> new QoDMobile(CREDENTIALS, "code", null, null));
            named("profile", () -> qod.setQualityOfService(300, null));
            named("profile", () -> qod.setQualityOfService(300, null, "203.0.113.25", 8080));
            named("ip", () -> qod.setQualityOfService(300, QoSProfiles.QOS_E, null, 8080));
            named("sessionId", () -> qod.getSession(null));
            named("sessionId", () -> qod.extendSession(null, 60));
            named("sessionId", () -> qod.deleteSession(null));
            // The login alone: no call was made with what is missing.
            equal(1, aggregator.seen.size());
        }
    }

    private static void named(String argument, Runnable act) {
        fails(NullPointerException.class, act, error -> error.getMessage().equals(argument + " must not be null"));
    }

    private static Answer token(String text, int seconds) {
        return new Answer("/token", 200, "{\"access_token\":\"" + text + "\",\"expires_in\":" + seconds + "}");
    }

    private static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) throw new AssertionError("expected " + expected + " and not " + actual);
    }

    private static <E extends Exception> void fails(Class<E> kind, Runnable act, Predicate<E> rightly) {
        try {
            act.run();
        } catch (RuntimeException error) {
            if (kind.isInstance(error) && rightly.test(kind.cast(error))) return;
            throw new AssertionError("failed otherwise", error);
        }
        throw new AssertionError("did not fail");
    }

    private record Answer(String path, int status, String body) {
    }

    private record Seen(String authorization, String correlator, String body) {
    }

    /** Answers from a script. */
    private static final class Aggregator implements AutoCloseable {
        final List<Seen> seen = new ArrayList<>();
        private final HttpServer server;

        Aggregator(Answer... answers) throws IOException {
            Deque<Answer> script = new ArrayDeque<>(List.of(answers));
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                var headers = exchange.getRequestHeaders();
                seen.add(new Seen(headers.getFirst("Authorization"), headers.getFirst("x-correlator"), new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                var answer = script.isEmpty() || !script.peek().path().equals(exchange.getRequestURI().getPath()) ? new Answer("", 500, "nobody expected this") : script.remove();
                var body = answer.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status(), body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        Options options() {
            return Options.ofEnvironment().withBaseUrl(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
        }

        String create() {
            return new QoDMobile(CREDENTIALS, null, "203.0.113.25:8080", options()).setQualityOfService(300, QoSProfiles.QOS_E).sessionId();
        }

        Seen last() {
            return seen.get(seen.size() - 1);
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
