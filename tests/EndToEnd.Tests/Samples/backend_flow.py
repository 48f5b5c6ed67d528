# The published Python sample of the backend flow, from login to session. Host and device come from the command line.
import base64
import json
import sys

import requests

host, device_ip_address = sys.argv[1:3]
public_address, public_port = device_ip_address.split(":")

# First step:
# Perform an authorization request

client_id = "my-app-id"
client_secret = "my-app-secret"
app_credentials = f"{client_id}:{client_secret}"
credentials = base64.b64encode(app_credentials.encode('utf-8')).decode('utf-8')
api_scope = "dpv:RequestedServiceProvision#qod"

headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Authorization": f"Basic {credentials}"
}

data = {
    "login_hint": f"ipport:{device_ip_address}",
    "scope": api_scope
}

response = requests.post(
    f"{host}/bc-authorize",
    headers=headers,
    data=data
)

auth_req_id = response.json().get("auth_req_id")

# Second step:
# Requesting an access token with the auth_req_id included in the result above

headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Authorization": f"Basic {credentials}"
}

data = {
    "grant_type": "urn:openid:params:grant-type:ciba",
    "auth_req_id": auth_req_id
}

response = requests.post(
    f"{host}/token",
    headers=headers,
    data=data
)

access_token = response.json().get("access_token")

headers = {
    "Content-Type": "application/json",
    "Authorization": f"Bearer {access_token}"
}

data = {
    "device": {
        "ipv4Address": {
            "publicAddress": public_address,
            "publicPort": int(public_port)
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
