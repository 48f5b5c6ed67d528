import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
import uuid

_TIMEOUT_SECONDS = 30
_USER_AGENT = "QodOrleans-SDK-python/0.1.0"


class OpenGatewayError(Exception):
    """The aggregator said no.

    status -- HTTP's
    code -- CAMARA's, CONFLICT for example; or OAuth's where a login failed
    correlator -- the request's x-correlator: what the aggregator's support asks for
    retry_after -- seconds after which the same request may succeed, where the answer says so
    """

    def __init__(self, status, code, message, correlator=None, retry_after=None):
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.correlator = correlator
        self.retry_after = retry_after


class AuthorizationError(OpenGatewayError):
    """There is no token to be had, or none that is accepted."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token belongs to the host that it was meant for."""

    def redirect_request(self, *_):
        return None


class Http:
    """One aggregator over HTTP."""

    def __init__(self, base_url=None, redirect_uri=None, scope=None):
        self._root = (base_url or os.environ.get("OPENGATEWAY_BASE_URL") or "https://opengateway.aggregator.com").rstrip("/")
        # The exchange of a code names again where it was sent (RFC 6749, 4.1.3).
        self.redirect_uri = redirect_uri or os.environ.get("OPENGATEWAY_REDIRECT_URI")
        self.scope = scope or "dpv:RequestedServiceProvision#qod"
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send_json(self, method, path, token, body=None):
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        return self._send(method, path, headers, body)

    def post_form(self, path, client, form):
        # RFC 6749, 2.3.1: both are form-encoded first, for a colon in either of them.
        pair = ":".join(urllib.parse.quote_plus(part) for part in (client.clientid, client.clientsecret))
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        given = {name: value for name, value in form.items() if value is not None}
        return self._send("POST", path, headers, urllib.parse.urlencode(given).encode())

    def _send(self, method, path, headers, body):
        """The answer's JSON; None where there is none."""
        correlator = str(uuid.uuid4())
        headers = {**headers, "Accept": "application/json", "User-Agent": _USER_AGENT, "x-correlator": correlator}
        request = urllib.request.Request(self._root + path, data=body, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                text = answer.read()
        except urllib.error.HTTPError as answer:
            raise _error(answer, correlator) from None
        return json.loads(text) if text else None


def _error(answer, correlator):
    try:
        error = json.loads(answer.read())
    except ValueError:
        # What stands between us and the aggregator may answer in words of its own.
        error = {}
    if not isinstance(error, dict):
        error = {}
    kind = AuthorizationError if "error" in error or answer.code == 401 else OpenGatewayError
    seconds = answer.headers.get("Retry-After", "")
    return kind(
        answer.code,
        error.get("code") or error.get("error") or answer.reason,
        error.get("message") or error.get("error_description") or "",
        correlator,
        int(seconds) if seconds.isdigit() else None)
