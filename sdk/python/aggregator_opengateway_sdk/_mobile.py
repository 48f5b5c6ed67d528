from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote

from ._device import Address
from ._http import AuthorizationError, Http, OpenGatewayError
from ._tokens import Backchannel, Code, Tokens

_SESSIONS = "/qod/v0/sessions"


class QoSProfiles(str, Enum):
    """The profiles that every operator knows. Any other is named by its string."""

    QOS_E = "QOS_E"
    QOS_S = "QOS_S"
    QOS_M = "QOS_M"
    QOS_L = "QOS_L"


@dataclass(frozen=True)
class ClientCredentials:
    """What the aggregator gave the application."""

    clientid: str
    clientsecret: str = field(repr=False)


class QoDMobile:
    """Quality on demand for one device. Safe to use from several threads."""

    def __init__(self, client, auth_code=None, ip_address=None, *, base_url=None, redirect_uri=None, scope=None):
        """Logs in at once: with a code, by exchanging it; else by asking for the device's line, whose operator may ask the person. The
        first call then waits for the answer.

        client -- ClientCredentials
        auth_code -- what the redirect from /authorize brought (frontend flow)
        ip_address -- the device, "203.0.113.25:8080", "[2001:db8::1]:8080", or an address alone (backend flow)
        base_url, redirect_uri, scope -- see the README; the environment has defaults

        Raises ValueError for what is no address, AuthorizationError where the login fails.
        """
        self._device = None if ip_address is None else Address.parse(ip_address)
        self._http = Http(base_url, redirect_uri, scope)
        if auth_code is not None:
            login = Code(self._http, client, auth_code)
        elif self._device is not None:
            login = Backchannel(self._http, client, self._device.login_hint())
        else:
            raise ValueError("an authorization code or the device's ip:port is needed")
        self._tokens = Tokens(login)

    def set_quality(self, duration, profile, client_ip=None, client_port=None):
        """A session for all of the device's traffic.

        duration -- seconds
        profile -- one of QoSProfiles, or another name
        client_ip, client_port -- the device as its request came from it; default: the one it was constructed with. Operators that
            translate addresses need the port.

        Returns CAMARA's SessionInfo, a dict: sessionId, qosStatus, startedAt and expiresAt in seconds …
        Raises OpenGatewayError: 403 for another device than the login's, 409 for an overlapping session, 503 for an operator that does not answer.
        """
        device = self._device if client_ip is None else Address.of(client_ip, client_port)
        if device is None:
            raise ValueError("the device's address is needed")
        return self._send("POST", _SESSIONS, {
            "device": device.to_device(),
            "applicationServer": {"ipv4Address": "0.0.0.0/0"},
            "qosProfile": profile,
            "duration": duration,
        })

    def get_session(self, session_id):
        """The session as it is now."""
        return self._send("GET", _path(session_id))

    def extend_session(self, session_id, seconds):
        """Adds seconds, and returns the session as it is then."""
        return self._send("POST", _path(session_id) + "/extend", {"requestedAdditionalDuration": seconds})

    def delete_session(self, session_id):
        """Ends a session. One that is over already counts as deleted."""
        try:
            self._send("DELETE", _path(session_id))
        except OpenGatewayError as error:
            if error.status != 404:
                raise

    def _send(self, method, path, body=None):
        """With a token that we think good; should the aggregator think otherwise, once more with a new one."""
        token = self._tokens.get()
        try:
            return self._http.send_json(method, path, token, body)
        except AuthorizationError:
            token = self._tokens.get(refused=token)
        return self._http.send_json(method, path, token, body)


def _path(session_id):
    return f"{_SESSIONS}/{quote(session_id, safe='')}"
