"""Quality on demand for one device, with the names of the published samples. Needs nothing but Python 3.9.

    credentials = ClientCredentials(clientid="my-app-id", clientsecret="my-app-secret")
    qod_client = QoDMobile(client=credentials, ip_address="203.0.113.25:8080")
    session = qod_client.set_quality(300, QoSProfiles.QOS_E)
"""
from ._http import AuthorizationError, OpenGatewayError
from ._mobile import ClientCredentials, QoDMobile, QoSProfiles

__all__ = ["AuthorizationError", "ClientCredentials", "OpenGatewayError", "QoDMobile", "QoSProfiles"]
