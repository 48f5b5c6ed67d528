package aggregator.opengatewaysdk;

/** What the aggregator gave the application. */
public record ClientCredentials(String clientId, String clientSecret) {
    /** Without the secret: credentials end up in logs. */
    @Override
    public String toString() {
        return "ClientCredentials[clientId=" + clientId + "]";
    }
}
