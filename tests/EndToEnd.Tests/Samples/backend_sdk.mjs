// The published Node.js sample of the backend flow with the SDK: credentials as an object, and the session awaited.
// The host comes from OPENGATEWAY_BASE_URL, the device from the command line.
import { QoDMobile, ClientCredentials, QoSProfiles } from "aggregator/opengateway-sdk"

const credentials = new ClientCredentials({
    clientId: 'my-app-id',
    clientSecret: 'my-app-secret'
})

let deviceIpPortAddress = getDeviceIP() // e.g. '203.0.113.25:8080'

const qodClient = new QoDMobile(credentials, null, deviceIpPortAddress)

const duration = 300 // Seconds

const session = await qodClient.setQualityOfService(duration, QoSProfiles.QOS_E)
console.log(`Session created with id: ${session.sessionId}`)

function getDeviceIP() {
    return process.argv[2]
}
