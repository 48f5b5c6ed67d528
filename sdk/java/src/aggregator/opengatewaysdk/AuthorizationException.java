package aggregator.opengatewaysdk;

/** There is no token to be had, or none that is accepted. */
public final class AuthorizationException extends OpenGatewayException {
    AuthorizationException(int status, String code, String message, String correlator, Integer retryAfterSeconds) {
        super(status, code, message, correlator, retryAfterSeconds);
    }
}
