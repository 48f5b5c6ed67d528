#!/usr/bin/env python3
"""An application's notification endpoint: prints every event that arrives at http://127.0.0.1:PORT/.

usage: sink.py PORT [COUNT]     ends after COUNT events
"""
import http.server
import json
import sys

port = int(sys.argv[1])
left = int(sys.argv[2]) if len(sys.argv) > 2 else None


class Sink(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global left
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print(event["type"], json.dumps(event["data"]), flush=True)
        self.send_response(204)
        self.end_headers()
        if left is not None:
            left -= 1

    def log_message(self, *_):
        pass


with http.server.HTTPServer(("127.0.0.1", port), Sink) as server:
    while left is None or left > 0:
        server.handle_request()
