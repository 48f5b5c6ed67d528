"""The little of Flask that the samples use, for machines without it."""
import http.server
import types
import urllib.parse

request = types.SimpleNamespace()


class Flask:
    def __init__(self, _name):
        self._routes = {}

    def route(self, path, methods):
        def register(handler):
            self._routes["GET", path] = handler
            return handler
        return register

    def run(self, port):
        routes = self._routes

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                request.args = dict(urllib.parse.parse_qsl(url.query))
                request.remote_addr, remote_port = self.client_address
                request.environ = {"REMOTE_PORT": str(remote_port)}
                text = routes["GET", url.path]().encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
