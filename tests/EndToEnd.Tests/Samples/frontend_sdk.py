# The published Python sample of the frontend flow with the SDK, and an answer for the device.
# The host comes from OPENGATEWAY_BASE_URL, the registered callback from OPENGATEWAY_REDIRECT_URI, the port to listen on from the command line.
import sys

from flask import Flask, request
from aggregator_opengateway_sdk import ClientCredentials, QoDMobile, QoSProfiles

credentials = ClientCredentials(
    clientid='my-app-id',
    clientsecret='my-app-secret'
)

app = Flask(__name__)


@app.route('/qod-auth-callback', methods=['GET'])
def auth_callback():
    code = request.args.get('code', '')
    qod_client = QoDMobile(client=credentials, auth_code=code)

    ip = request.remote_addr
    port = request.environ.get('REMOTE_PORT')

    session = qod_client.set_quality(300, QoSProfiles.QOS_E, client_ip=ip, client_port=port)
    print(f"Session created with id: {session['sessionId']}")
    return 'Your connection is better now'


if __name__ == '__main__':
    app.run(port=int(sys.argv[1]))
