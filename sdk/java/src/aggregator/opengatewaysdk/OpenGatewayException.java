package aggregator.opengatewaysdk;

/** The aggregator said no. A connection that fails is an UncheckedIOException. */
public class OpenGatewayException extends RuntimeException {
    private final int status;
    private final String code;
    private final String correlator;
    private final Integer retryAfterSeconds;

    OpenGatewayException(int status, String code, String message, String correlator, Integer retryAfterSeconds) {
        super(status + " " + code + ": " + message);
        this.status = status;
        this.code = code;
        this.correlator = correlator;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** HTTP's. */
    public int status() {
        return status;
    }

    /** CAMARA's, CONFLICT for example; or OAuth's where a login failed. */
    public String code() {
        return code;
    }

    /** The request's x-correlator: what the aggregator's support asks for. */
    public String correlator() {
        return correlator;
    }

    /** After how long the same request may succeed; null where the answer does not say. */
    public Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
