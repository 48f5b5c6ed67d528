# The create-session part of the published Python sample: the same calls and the same body, "device" around everything included.
# Host, token and device come from the command line.
import json
import sys

import requests

host, access_token, device_ip_address, device_port = sys.argv[1:5]

headers = {
    "Content-Type": "application/json",
    "Authorization": f"Bearer {access_token}"
}

data = {
    "device": {
        "ipv4Address": {
            "publicAddress": device_ip_address,
            "publicPort": int(device_port)
        },
        "applicationServer": {
            "ipv4Address": "0.0.0.0/0"
        },
        "qosProfile": "QOS_E",
        "duration": 300
    }
}

response = requests.post(
    f"{host}/qod/v0/sessions",
    headers=headers,
    data=json.dumps(data)
)

result = response.json()
print(f"Session created with id: {result.get('sessionId')}")
