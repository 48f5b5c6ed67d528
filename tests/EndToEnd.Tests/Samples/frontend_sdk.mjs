// The published Node.js sample of the frontend flow with the SDK: credentials as an object, the session awaited, and the device answered.
// The host comes from OPENGATEWAY_BASE_URL, the registered callback from OPENGATEWAY_REDIRECT_URI, the port to listen on from the command line.
import { ClientCredentials, QoDMobile, QoSProfiles } from "aggregator/opengateway-sdk"
import express from "express"

const credentials = new ClientCredentials({
    clientId: 'my-app-id',
    clientSecret: 'my-app-secret'
})

const app = express()
const port = Number(process.argv[2])

app.get('/qod-auth-callback', async (req, res) => {
    const code = req.query.code
    const qodClient = new QoDMobile(credentials, code)

    const ip = req.ip
    const port = req.socket.remotePort

    const session = await qodClient.setQualityOfService(300, QoSProfiles.QOS_E, ip, port)
    console.log(`Session created with id: ${session.sessionId}`)
    res.send('Your connection is better now')
})

app.listen(port, () => {
    console.log(`QoD authorization callback URL is running`)
})
