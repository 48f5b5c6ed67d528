import threading
import time

from ._http import AuthorizationError

# A token is given up this long before its end: it must still be good when it arrives.
_MARGIN_SECONDS = 30

_CIBA = "urn:openid:params:grant-type:ciba"


class Tokens:
    """One login's token: kept while it is good, fetched anew afterwards, by one thread for all."""

    def __init__(self, login):
        self._login = login
        self._lock = threading.Lock()
        self._text = None
        self._good_until = 0.0
        login.begin()

    def get(self, refused=None):
        """refused -- a token that the API did not accept"""
        with self._lock:
            if self._text is None or self._text == refused or time.monotonic() >= self._good_until:
                answer = self._login.collect()
                self._text = answer["access_token"]
                self._good_until = time.monotonic() + answer.get("expires_in", float("inf")) - _MARGIN_SECONDS
            return self._text


class Code:
    """The line whose device came by /authorize. A code is good once, for about a minute: it is exchanged at the beginning."""

    def __init__(self, http, client, code):
        self._http = http
        self._client = client
        self._code = code
        self._answer = None

    def begin(self):
        self._answer = self._http.post_form("/token", self._client, {
            "grant_type": "authorization_code",
            "code": self._code,
            "redirect_uri": self._http.redirect_uri,
        })

    def collect(self):
        answer, self._answer = self._answer, None
        if answer is None:
            raise AuthorizationError(401, "login_required", "the code's token has ended; send the person to /authorize again")
        return answer


class Backchannel:
    """One line, named by the application: CIBA in poll mode."""

    def __init__(self, http, client, hint):
        self._http = http
        self._client = client
        self._hint = hint
        self._request = None
        self._expires = 0.0

    def begin(self):
        self._request = self._http.post_form("/bc-authorize", self._client, {"login_hint": self._hint, "scope": self._http.scope})
        self._expires = time.monotonic() + self._request.get("expires_in", float("inf"))

    def collect(self):
        if self._request is None or time.monotonic() >= self._expires:
            self.begin()
        request, self._request = self._request, None
        interval = request.get("interval", 5)
        while True:
            try:
                return self._http.post_form("/token", self._client, {"grant_type": _CIBA, "auth_req_id": request["auth_req_id"]})
            except AuthorizationError as error:
                if error.code == "slow_down":
                    interval += 5
                elif error.code != "authorization_pending":
                    raise
            time.sleep(interval)
