# The published Python sample of the backend flow with the SDK.
# The host comes from OPENGATEWAY_BASE_URL, the device from the command line.
import sys

from aggregator_opengateway_sdk import QoDMobile, ClientCredentials, QoSProfiles


def get_device_ip():
    return sys.argv[1]


credentials = ClientCredentials(
    clientid='my-app-id',
    clientsecret='my-app-secret'
)

device_ip_address = get_device_ip()  # e.g. '203.0.113.25:8080'

qod_client = QoDMobile(client=credentials, ip_address=device_ip_address)

duration = 300  # Seconds

session = qod_client.set_quality(duration, QoSProfiles.QOS_E)
print(f"Session created with id: {session['sessionId']}")
