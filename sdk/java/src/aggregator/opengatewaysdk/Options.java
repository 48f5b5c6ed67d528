package aggregator.opengatewaysdk;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.Objects;

/**
 * Where the aggregator is, and how to talk to it.
 *
 * @param baseUrl     the aggregator's host, with a path if its API is below one
 * @param redirectUri where the application had the authorization code sent, as it said to /authorize; null in the backend flow
 * @param scope       what a login by address asks for
 * @param http        yours, to share or to configure
 */
public record Options(URI baseUrl, String redirectUri, String scope, HttpClient http) {
    public Options {
        Objects.requireNonNull(baseUrl, "baseUrl must not be null");
        Objects.requireNonNull(scope, "scope must not be null");
        Objects.requireNonNull(http, "http must not be null");
    }

    /** From OPENGATEWAY_BASE_URL, else the host of the published samples; OPENGATEWAY_REDIRECT_URI; all of the QoD API; a client that follows no redirects. */
    public static Options ofEnvironment() {
        return new Options(
            URI.create(System.getenv().getOrDefault("OPENGATEWAY_BASE_URL", "https://opengateway.aggregator.com")),
            System.getenv("OPENGATEWAY_REDIRECT_URI"),
            "dpv:RequestedServiceProvision#qod",
            HttpClient.newHttpClient());
    }

    public Options withBaseUrl(URI baseUrl) {
        return new Options(baseUrl, redirectUri, scope, http);
    }

    public Options withRedirectUri(String redirectUri) {
        return new Options(baseUrl, redirectUri, scope, http);
    }

    public Options withHttp(HttpClient http) {
        return new Options(baseUrl, redirectUri, scope, http);
    }
}
