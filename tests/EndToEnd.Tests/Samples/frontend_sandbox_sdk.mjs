// The published Node.js sample of the frontend flow with the sandbox SDK: the callback may await, and the device is answered.
// The host comes from OPENGATEWAY_BASE_URL, the registered callback from OPENGATEWAY_REDIRECT_URI, the port to listen on from the command line.
import sandboxSdk from '@telefonica/opengateway-sandbox-sdk'
const { QoDMobile } = sandboxSdk
import express from "express"

const credentials = {
    clientId: 'my-app-id',
    clientSecret: 'my-app-secret'
}

const app = express()
const port = Number(process.argv[2])

app.get('/qod-auth-callback', async (req, res) => {
    const code = req.query.code
    const phoneNumber = req.query.state
    const qodClient = new QoDMobile(credentials, code)

    const result = await qodClient.sessions(
        300,                                 // duration
        undefined,                           // externalId
        phoneNumber,                         // msisdn: The mobile number
        undefined,                           // ipv4Addr
        undefined,                           // ipv6Addr
        undefined,                           // uePort
        undefined,                           // asPort
        'QOS_E',                             // QOS_E - Qualifier for enhanced communication profile
        'http://my-server/notification-uri', // notificationUri: The URI for notifications
        'my-notification-auth-token'         // notificationAuthToken
    )

    console.log(result)
    res.send('Your connection is better now')
})

app.listen(port, () => {
    console.log(`QoD authorization callback URL is running`)
})
