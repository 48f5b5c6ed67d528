// The published JavaScript sample of the frontend flow: the same request, followed all the way to the application's backend as a browser
// does. That backend is this program too. Host and the address of its auth callback come from the command line.
import http from "node:http";

const [host, myAuthCallbackEndpoint] = process.argv.slice(2);

const appCredentials = btoa("my-app-id:my-app-secret");

const backend = http.createServer(async (req, res) => {
  const code = new URL(req.url, myAuthCallbackEndpoint).searchParams.get("code");
  const tokenHeaders = new Headers();
  tokenHeaders.append("Content-Type", "application/x-www-form-urlencoded");
  tokenHeaders.append("Authorization", `Basic ${appCredentials}`);

  const urlencoded = new URLSearchParams();
  urlencoded.append("grant_type", "authorization_code");
  urlencoded.append("code", code);
  urlencoded.append("redirect_uri", myAuthCallbackEndpoint);

  const accessToken = await fetch(`${host}/token`, { method: "POST", headers: tokenHeaders, body: urlencoded })
    .then(response => response.json())
    .then(result => result.access_token);

  const apiHeaders = new Headers();
  apiHeaders.append("Content-Type", "application/json");
  apiHeaders.append("Authorization", `Bearer ${accessToken}`);

  // The device's address as the backend sees it, which is that of the line.
  const apiRequestBody = JSON.stringify({
    "device": {
      "ipv4Address": {
        "publicAddress": req.socket.remoteAddress,
        "publicPort": req.socket.remotePort
      }
    },
    "applicationServer": {
      "ipv4Address": "0.0.0.0/0"
    },
    "qosProfile": "QOS_E",
    "duration": 300
  });

  await fetch(`${host}/qod/v0/sessions`, { method: "POST", headers: apiHeaders, body: apiRequestBody })
    .then(response => response.json())
    .then(result => {
      console.log(`Session created with id: ${result.sessionId}`)
    })
  res.end();
});

await new Promise(listening => backend.listen(new URL(myAuthCallbackEndpoint).port, "127.0.0.1", listening));

let clientId = "my-app-id";
let apiScope = "dpv:RequestedServiceProvision#qod";

const params = {
  client_id: clientId,
  response_type: "code",
  scope: apiScope,
  redirect_uri: myAuthCallbackEndpoint
};

// Create the query string
const queryString = new URLSearchParams(params).toString();

// URL with query string
const url = `${host}/authorize?${queryString}`;

const requestOptions = {
  method: "GET",
  redirect: "follow"
};

await fetch(url, requestOptions);
backend.close();
backend.closeAllConnections();
