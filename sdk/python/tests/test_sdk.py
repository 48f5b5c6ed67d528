import json
import pathlib
import sys
import threading
import unittest
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, HTTPServer

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from aggregator_opengateway_sdk import AuthorizationError, ClientCredentials, OpenGatewayError, QoDMobile, QoSProfiles  # noqa: E402
from aggregator_opengateway_sdk._device import Address  # noqa: E402

CREDENTIALS = ClientCredentials(clientid="my:app", clientsecret="a secret")
REQUEST = ("/bc-authorize", 200, {"auth_req_id": "r", "interval": 0, "expires_in": 120})
PENDING = ("/token", 400, {"error": "authorization_pending"})
CREATED = ("/qod/v0/sessions", 201, {"sessionId": "s"})
UNAUTHENTICATED = ("/qod/v0/sessions", 401, {"code": "UNAUTHENTICATED"})


def token(text, expires_in=3600):
    return ("/token", 200, {"access_token": text, "expires_in": expires_in})


class AddressTest(unittest.TestCase):
    def test_addresses_are_read_as_the_table_says(self):
        for row in json.loads((ROOT.parent / "addresses.json").read_text()):
            with self.subTest(row["ipPort"]):
                if "device" not in row:
                    self.assertRaises(ValueError, Address.parse, row["ipPort"])
                    continue
                address = Address.parse(row["ipPort"])
                self.assertEqual(row["loginHint"], address.login_hint())
                self.assertEqual(row["device"], address.to_device())

    def test_a_server_that_does_not_know_the_port_says_none_or_nothing(self):
        for port in (None, ""):
            self.assertIsNone(Address.of("203.0.113.25", port).port)
        self.assertEqual(8080, Address.of("203.0.113.25", "8080").port)


class LoginTest(unittest.TestCase):
    """Against an aggregator that answers from a script: (path, status, body)."""

    def aggregator(self, *script):
        script, seen = list(script), []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                path, status, answer = script.pop(0) if script else (None, 500, {})
                if path != self.path:
                    status, answer = 500, {"code": "UNEXPECTED", "message": self.path}
                seen.append((self.headers, body))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}", seen

    def create(self, base_url):
        return QoDMobile(client=CREDENTIALS, ip_address="203.0.113.25:8080", base_url=base_url).set_quality(300, QoSProfiles.QOS_E)["sessionId"]

    def test_the_token_is_polled_for_while_the_person_is_being_asked(self):
        url, seen = self.aggregator(REQUEST, PENDING, PENDING, token("t"), CREATED)
        self.assertEqual("s", self.create(url))
        self.assertEqual("Bearer t", seen[-1][0]["Authorization"])
        self.assertEqual("QOS_E", json.loads(seen[-1][1])["qosProfile"])

    def test_a_server_that_wants_it_slower_gets_five_seconds_more(self):
        # Five more than minus five: no time at all.
        url, _ = self.aggregator(("/bc-authorize", 200, {"auth_req_id": "r", "interval": -5}), ("/token", 400, {"error": "slow_down"}), token("t"), CREATED)
        self.assertEqual("s", self.create(url))

    def test_id_and_secret_are_form_encoded_before_they_become_basic_credentials(self):
        url, seen = self.aggregator(REQUEST, token("t"), CREATED)
        self.create(url)
        self.assertEqual(b"my%3Aapp:a+secret", b64decode(seen[0][0]["Authorization"][6:]))

    def test_a_person_who_refuses_is_an_authorization_error(self):
        url, _ = self.aggregator(REQUEST, ("/token", 400, {"error": "access_denied"}))
        with self.assertRaises(AuthorizationError) as raised:
            self.create(url)
        self.assertEqual("access_denied", raised.exception.code)

    def test_wrong_credentials_are_noticed_by_the_constructor(self):
        url, _ = self.aggregator(("/bc-authorize", 401, {"error": "invalid_client"}))
        self.assertRaises(AuthorizationError, QoDMobile, CREDENTIALS, ip_address="203.0.113.25:8080", base_url=url)

    def test_a_token_that_is_refused_is_renewed_once(self):
        url, seen = self.aggregator(REQUEST, token("old"), UNAUTHENTICATED, REQUEST, token("new"), CREATED)
        self.assertEqual("s", self.create(url))
        self.assertEqual("Bearer new", seen[-1][0]["Authorization"])
        url, _ = self.aggregator(REQUEST, token("old"), UNAUTHENTICATED, REQUEST, token("new"), UNAUTHENTICATED)
        self.assertRaises(AuthorizationError, self.create, url)

    def test_a_token_that_is_about_to_end_is_not_used_again(self):
        url, seen = self.aggregator(REQUEST, token("short", 29), CREATED, REQUEST, token("next"), CREATED)
        qod = QoDMobile(client=CREDENTIALS, ip_address="203.0.113.25:8080", base_url=url)
        qod.set_quality(300, QoSProfiles.QOS_E)
        qod.set_quality(300, QoSProfiles.QOS_E)
        self.assertEqual("Bearer next", seen[-1][0]["Authorization"])

    def test_a_code_is_exchanged_once_with_the_place_where_it_was_sent(self):
        url, seen = self.aggregator(token("t"), UNAUTHENTICATED)
        qod = QoDMobile(client=CREDENTIALS, auth_code="the-code", base_url=url, redirect_uri="https://app.test/callback")
        with self.assertRaises(AuthorizationError) as raised:
            qod.set_quality(300, QoSProfiles.QOS_E, client_ip="203.0.113.25", client_port=8080)
        self.assertEqual("login_required", raised.exception.code)
        self.assertEqual("grant_type=authorization_code&code=the-code&redirect_uri=https%3A%2F%2Fapp.test%2Fcallback", seen[0][1])

    def test_an_error_says_what_the_aggregator_said(self):
        url, seen = self.aggregator(REQUEST, token("t"), ("/qod/v0/sessions", 409, {"code": "CONFLICT", "message": "taken"}))
        with self.assertRaises(OpenGatewayError) as raised:
            self.create(url)
        error = raised.exception
        self.assertEqual((409, "CONFLICT", seen[-1][0]["x-correlator"]), (error.status, error.code, error.correlator))
        self.assertNotIsInstance(error, AuthorizationError)


if __name__ == "__main__":
    unittest.main()
