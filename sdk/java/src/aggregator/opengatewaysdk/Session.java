package aggregator.opengatewaysdk;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A session as it was when the aggregator answered.
 *
 * @param qosStatus REQUESTED, AVAILABLE or UNAVAILABLE
 * @param duration  extensions included
 */
public record Session(String sessionId, String qosStatus, Duration duration, Instant startedAt, Instant expiresAt) {
    static Session of(Map<String, Object> json) {
        return new Session(
            (String) json.get("sessionId"),
            (String) json.get("qosStatus"),
            Duration.ofSeconds(number(json, "duration")),
            Instant.ofEpochSecond(number(json, "startedAt")),
            Instant.ofEpochSecond(number(json, "expiresAt")));
    }

    private static long number(Map<String, Object> json, String name) {
        return ((Number) json.get(name)).longValue();
    }
}
