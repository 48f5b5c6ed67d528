// The published JavaScript sample of the backend flow, from login to session, with its slips mended: the steps wait for each other, and
// the second step has a form of its own. Host and device come from the command line.
const [host, deviceIpPortAddress] = process.argv.slice(2);
const [deviceIpAddress, devicePort] = deviceIpPortAddress.split(":");

// First step:
// Perform an authorization request

let clientId = "my-app-id";
let clientSecret = "my-app-secret";
let appCredentials = btoa(`${clientId}:${clientSecret}`);
let apiScope = "dpv:RequestedServiceProvision#qod";

const myHeaders = new Headers();
myHeaders.append("Content-Type", "application/x-www-form-urlencoded");
myHeaders.append("Authorization", `Basic ${appCredentials}`);

let urlencoded = new URLSearchParams();
urlencoded.append("login_hint", `ipport:${deviceIpPortAddress}`);
urlencoded.append("scope", apiScope);

const requestOptions = {
  method: "POST",
  headers: myHeaders,
  body: urlencoded
};

let authReqId;

await fetch(`${host}/bc-authorize`, requestOptions)
  .then(response => response.json())
  .then(result => {
    authReqId = result.auth_req_id;
  })

// Second step:
// Requesting an access token with the auth_req_id included in the result above

const tokenHeaders = new Headers();
tokenHeaders.append("Content-Type", "application/x-www-form-urlencoded");
tokenHeaders.append("Authorization", `Basic ${appCredentials}`);

urlencoded = new URLSearchParams();
urlencoded.append("grant_type", "urn:openid:params:grant-type:ciba");
urlencoded.append("auth_req_id", authReqId);

const tokenRequestOptions = {
  method: "POST",
  headers: tokenHeaders,
  body: urlencoded
};

let accessToken;

await fetch(`${host}/token`, tokenRequestOptions)
  .then(response => response.json())
  .then(result => {
    accessToken = result.access_token;
  })

const apiHeaders = new Headers();
apiHeaders.append("Content-Type", "application/json");
apiHeaders.append("Authorization", `Bearer ${accessToken}`);

const apiRequestBody = JSON.stringify({
  "device": {
    "ipv4Address": {
      "publicAddress": deviceIpAddress,
      "publicPort": Number(devicePort)
    },
    "applicationServer": {
      "ipv4Address": "0.0.0.0/0"
    },
    "qosProfile": "QOS_E",
    "duration": 300
  }
});

const apiRequestOptions = {
  method: "POST",
  headers: apiHeaders,
  body: apiRequestBody
};

fetch(`${host}/qod/v0/sessions`, apiRequestOptions)
  .then(response => response.json())
  .then(result => {
    console.log(`Session created with id: ${result.sessionId}`)
  })
