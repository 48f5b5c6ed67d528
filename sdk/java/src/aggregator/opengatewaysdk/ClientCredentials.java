package aggregator.opengatewaysdk;

import java.util.Objects;

/** What the aggregator gave the application. */
public record ClientCredentials(String clientId, String clientSecret) {
    public ClientCredentials {
        Objects.requireNonNull(clientId, "clientId must not be null");
        Objects.requireNonNull(clientSecret, "clientSecret must not be null");
    }

    /** Without the secret: credentials end up in logs. */
    @Override
    public String toString() {
        return "ClientCredentials[clientId=" + clientId + "]";
    }
}
