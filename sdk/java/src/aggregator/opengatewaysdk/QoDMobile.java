package aggregator.opengatewaysdk;

import java.util.Map;
import java.util.Objects;

/**
 * Quality on demand for one device, with the names and the order of arguments of the published samples. For many threads. An argument that may not be
 * null and is null is a NullPointerException that names it; nothing is sent then.
 */
public final class QoDMobile {
    private static final String SESSIONS = "/qod/v0/sessions";

    private final DeviceAddress device;
    private final Http http;
    private final Tokens tokens;

    /** As the other constructor, with what the environment says. */
    public QoDMobile(ClientCredentials credentials, String authCode, String ipPort) {
        this(credentials, authCode, ipPort, Options.ofEnvironment());
    }

    /**
     * Logs in at once: with a code, by exchanging it; else by asking for the device's line, whose operator may ask the person. The first call then
     * waits for the answer.
     *
     * @param authCode what the redirect from /authorize brought (frontend flow), or null
     * @param ipPort   the device, "203.0.113.25:8080", "[2001:db8::1]:8080", or an address alone (backend flow), or null
     * @throws IllegalArgumentException neither of the two, or not an address
     * @throws AuthorizationException   the login fails
     */
    public QoDMobile(ClientCredentials credentials, String authCode, String ipPort, Options options) {
        Objects.requireNonNull(credentials, "credentials must not be null");
        Objects.requireNonNull(options, "options must not be null");
        device = ipPort == null ? null : DeviceAddress.parse(ipPort);
        http = new Http(options);
        if (authCode != null) tokens = new Tokens(new Login.Code(http, credentials, authCode));
        else if (device != null) tokens = new Tokens(new Login.Backchannel(http, credentials, device.toLoginHint()));
        else throw new IllegalArgumentException("an authorization code or the device's ip:port is needed");
    }

    /** For the device that it was constructed with. */
    public Session setQualityOfService(int duration, QoSProfiles profile) {
        if (device == null) throw new IllegalStateException("the device's address is needed");
        return create(duration, profile, device);
    }

    /**
     * A session for all of the device's traffic.
     *
     * @param duration seconds
     * @param ip       the device's address as its request came from it
     * @param port     likewise, or null; operators that translate addresses need it
     * @throws IllegalArgumentException not an address, or not a port
     * @throws OpenGatewayException     403 for another device than the login's, 409 for an overlapping session, 503 for an operator that does not answer
     */
    public Session setQualityOfService(int duration, QoSProfiles profile, String ip, Integer port) {
        return create(duration, profile, DeviceAddress.of(Objects.requireNonNull(ip, "ip must not be null"), port));
    }

    /** The session as it is now. */
    public Session getSession(String sessionId) {
        return Session.of(send("GET", pathOf(sessionId), null));
    }

    /** Adds seconds, and returns the session as it is then. */
    public Session extendSession(String sessionId, int seconds) {
        return Session.of(send("POST", pathOf(sessionId) + "/extend", Map.of("requestedAdditionalDuration", seconds)));
    }

    /** Ends a session. One that is over already counts as deleted. */
    public void deleteSession(String sessionId) {
        try {
            send("DELETE", pathOf(sessionId), null);
        } catch (OpenGatewayException error) {
            if (error.status() != 404) throw error;
        }
    }

    private Session create(int duration, QoSProfiles profile, DeviceAddress address) {
        Objects.requireNonNull(profile, "profile must not be null");
        return Session.of(send("POST", SESSIONS, Map.of(
            "device", address.toDevice(),
            "applicationServer", Map.of("ipv4Address", "0.0.0.0/0"),
            "qosProfile", profile.name(),
            "duration", duration)));
    }

    /** With a token that we think good; should the aggregator think otherwise, once more with a new one. */
    private Map<String, Object> send(String method, String path, Map<String, Object> body) {
        var token = tokens.get(null);
        try {
            return http.sendJson(method, path, token, body);
        } catch (AuthorizationException refused) {
            return http.sendJson(method, path, tokens.get(token), body);
        }
    }

    private static String pathOf(String sessionId) {
        return SESSIONS + "/" + Http.encode(Objects.requireNonNull(sessionId, "sessionId must not be null"));
    }
}
