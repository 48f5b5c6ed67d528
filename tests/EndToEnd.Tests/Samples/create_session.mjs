// The create-session part of the published JavaScript sample: the same calls and the same body, "device" around everything included.
// Host, token and device come from the command line.
const [host, accessToken, deviceIpAddress, devicePort] = process.argv.slice(2);

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
