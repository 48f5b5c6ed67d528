# The frontend flow's callback in Python without an SDK: the code is exchanged as in the backend flow, and the device is the one that came by.
# Host, registered callback and the port to listen on come from the command line.
import base64
import json
import sys

import requests
from flask import Flask, request

host, redirect_uri, listening_port = sys.argv[1:4]

credentials = base64.b64encode("my-app-id:my-app-secret".encode('utf-8')).decode('utf-8')

app = Flask(__name__)


@app.route('/qod-auth-callback', methods=['GET'])
def auth_callback():
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": f"Basic {credentials}"
    }

    data = {
        "grant_type": "authorization_code",
        "code": request.args.get('code', ''),
        "redirect_uri": redirect_uri
    }

    response = requests.post(
        f"{host}/token",
        headers=headers,
        data=data
    )

    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {response.json().get('access_token')}"
    }

    data = {
        "device": {
            "ipv4Address": {
                "publicAddress": request.remote_addr,
                "publicPort": int(request.environ.get('REMOTE_PORT'))
            }
        },
        "applicationServer": {
            "ipv4Address": "0.0.0.0/0"
        },
        "qosProfile": "QOS_E",
        "duration": 300
    }

    response = requests.post(
        f"{host}/qod/v0/sessions",
        headers=headers,
        data=json.dumps(data)
    )

    result = response.json()
    print(f"Session created with id: {result.get('sessionId')}")
    return 'Your connection is better now'


if __name__ == '__main__':
    app.run(port=int(listening_port))
