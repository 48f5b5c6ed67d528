package aggregator.opengatewaysdk;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A way to come by a token. */
interface Login {
    /** What the constructor of QoDMobile does. */
    void begin();

    /** The token endpoint's answer. */
    Map<String, Object> collect();

    /** The line whose device came by /authorize. A code is good once, for about a minute: it is exchanged at the beginning. */
    final class Code implements Login {
        private final Http http;
        private final ClientCredentials client;
        private final String code;
        private Map<String, Object> answer;

        Code(Http http, ClientCredentials client, String code) {
            this.http = http;
            this.client = client;
            this.code = code;
        }

        @Override
        public void begin() {
            var form = new HashMap<>(Map.of("grant_type", "authorization_code", "code", code));
            // The exchange of a code names again where it was sent (RFC 6749, 4.1.3).
            if (http.redirectUri() != null) form.put("redirect_uri", http.redirectUri());
            answer = http.postForm("/token", client, form);
        }

        @Override
        public Map<String, Object> collect() {
            if (answer == null)
                throw new AuthorizationException(401, "login_required", "the code's token has ended; send the person to /authorize again", null, null);
            var collected = answer;
            answer = null;
            return collected;
        }
    }

    /** One line, named by the application: CIBA in poll mode. */
    final class Backchannel implements Login {
        private final Http http;
        private final ClientCredentials client;
        private final String loginHint;
        private Map<String, Object> request;
        private Instant expiresAt;

        Backchannel(Http http, ClientCredentials client, String loginHint) {
            this.http = http;
            this.client = client;
            this.loginHint = loginHint;
        }

        @Override
        public void begin() {
            request = http.postForm("/bc-authorize", client, Map.of("login_hint", loginHint, "scope", http.scope()));
            expiresAt = Instant.now().plusSeconds(Json.number(request, "expires_in", Integer.MAX_VALUE));
        }

        @Override
        public Map<String, Object> collect() {
            if (request == null || !Instant.now().isBefore(expiresAt)) begin();
            var asked = request;
            request = null;
            var interval = Json.number(asked, "interval", 5);
            while (true) {
                try {
                    return http.postForm("/token", client, Map.of("grant_type", "urn:openid:params:grant-type:ciba", "auth_req_id", (String) asked.get("auth_req_id")));
                } catch (AuthorizationException error) {
                    if (error.code().equals("slow_down")) interval += 5;
                    else if (!error.code().equals("authorization_pending")) throw error;
                }
                Http.pause(Duration.ofSeconds(interval));
            }
        }
    }
}
