"""The little of the requests package that the samples use, for machines without it."""
import json as _json
import urllib.error
import urllib.parse
import urllib.request


class Response:
    def __init__(self, status_code, content):
        self.status_code = status_code
        self.content = content

    def json(self):
        return _json.loads(self.content)


def post(url, headers=None, data=None):
    if isinstance(data, dict):
        data = urllib.parse.urlencode(data)
    request = urllib.request.Request(url, data=data.encode() if data else b"", headers=headers or {}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Response(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        return Response(error.code, error.read())
