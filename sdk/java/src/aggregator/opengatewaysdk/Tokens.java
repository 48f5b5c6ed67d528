package aggregator.opengatewaysdk;

import java.time.Instant;

/** One login's token: kept while it is good, fetched anew afterwards, by one thread for all. */
final class Tokens {
    /** A token is given up this long before its end: it must still be good when it arrives. */
    private static final long MARGIN_SECONDS = 30;

    private final Login login;
    private String text;
    private Instant goodUntil;

    Tokens(Login login) {
        this.login = login;
        login.begin();
    }

    /** @param refused a token that the API did not accept, or null */
    synchronized String get(String refused) {
        if (text == null || text.equals(refused) || !Instant.now().isBefore(goodUntil)) {
            var answer = login.collect();
            text = (String) answer.get("access_token");
            goodUntil = Instant.now().plusSeconds(Json.number(answer, "expires_in", Integer.MAX_VALUE) - MARGIN_SECONDS);
        }
        return text;
    }
}
