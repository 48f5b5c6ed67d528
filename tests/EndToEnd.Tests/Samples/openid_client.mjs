// openid-client (https://github.com/panva/openid-client, certified by the OpenID Foundation) through discovery, client credentials, CIBA and
// the code flow. It verifies issuer, state, nonce, PKCE, max_age and the id_tokens' signatures itself. Arguments: the host, and the folder
// where the package is installed.
const [host, folder] = process.argv.slice(2);
const client = await import(`${folder}/node_modules/openid-client/build/index.js`);

const scope = "openid dpv:RequestedServiceProvision#qod";
const redirect_uri = "https://my_app_server/qod-auth-callback";

async function discover(id, secret) {
  const config = await client.discovery(new URL(host), id, undefined, client.ClientSecretBasic(secret), { execute: [client.allowInsecureRequests] });
  client.enableNonRepudiationChecks(config);
  return config;
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error.error ?? error.code;
  }
  return "not refused";
}

/** The person's browser. */
async function decide(uri, decision) {
  const page = await fetch(uri);
  const question = (await page.text()).match(/name="question" value="([^"]+)"/)[1];
  const cookie = page.headers.get("set-cookie").split(";")[0];
  return fetch(`${host}/consent`, { method: "POST", body: new URLSearchParams({ question, decision }), headers: { cookie }, redirect: "manual" });
}

const app = await discover("my-app-id", "my-app-secret");
console.log("client credentials:", (await client.clientCredentialsGrant(app, { scope: "qod-sessions-read" })).scope);

const request = await client.initiateBackchannelAuthentication(app, { login_hint: "ipport:203.0.113.25:8080", scope });
console.log("backchannel:", (await client.pollBackchannelAuthenticationGrant(app, request)).claims().aud);

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const checks = { pkceCodeVerifier, expectedNonce: client.randomNonce(), expectedState: client.randomState(), maxAge: 60 };
const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier);
const authorize = client.buildAuthorizationUrl(app, {
  redirect_uri, scope, code_challenge, code_challenge_method: "S256", nonce: checks.expectedNonce, state: checks.expectedState, max_age: "60"
});
const landing = new URL((await fetch(authorize, { redirect: "manual" })).headers.get("location"));
const tokens = await client.authorizationCodeGrant(app, landing, checks);
console.log("code:", tokens.claims().aud);
console.log("code again:", await refusal(client.authorizationCodeGrant(app, landing, checks)));

const body = JSON.stringify({ device: { phoneNumber: "+34600000000" }, applicationServer: { ipv4Address: "0.0.0.0/0" }, qosProfile: "QOS_E", duration: 300 });
const session = await client.fetchProtectedResource(app, tokens.access_token, new URL("/qod/v0/sessions", host), "POST", body, new Headers({ "content-type": "application/json" }));
console.log("session:", session.status);
await client.fetchProtectedResource(app, tokens.access_token, new URL(`/qod/v0/sessions/${(await session.json()).sessionId}`, host), "DELETE");

const asking = await discover("asking-app-id", "asking-app-secret");
const pending = await client.initiateBackchannelAuthentication(asking, { login_hint: "tel:+34600000077", scope });
const polling = client.pollBackchannelAuthenticationGrant(asking, pending);
await decide(pending.consent_uri, "approve");
console.log("allowed:", (await polling).claims().aud);

const refused = await client.initiateBackchannelAuthentication(asking, { login_hint: "tel:+34600000078", scope });
await decide(refused.consent_uri, "deny");
console.log("refused:", await refusal(client.pollBackchannelAuthenticationGrant(asking, refused)));

console.log("unknown line:", await refusal(client.initiateBackchannelAuthentication(app, { login_hint: "tel:+99912345678", scope })));
