// Two clients of CAMARA Quality-On-Demand 1.1 that others wrote, with tokens that openid-client got. Arguments: the host, and the folder where the
// packages are installed.
// - network-as-code (https://github.com/nokia/network-as-code-ts): Nokia's SDK for its own platform, told another base URL and given a bearer token
//   instead of its platform's API key, which it sends as well.
// - openapi-client-axios (https://github.com/openapistack/openapi-client-axios): makes a client of any OpenAPI document, here the host's own.
import { createRequire } from "node:module";

const [host, folder] = process.argv.slice(2);
const { default: axios } = createRequire(`${folder}/`)("openapi-client-axios");
const oidc = await import(`${folder}/node_modules/openid-client/build/index.js`);
const { NetworkAsCodeApiClient } = await import(`${folder}/node_modules/network-as-code/dist/esm/index.js`);

const applicationServer = { ipv4Address: "198.51.100.7" };
const request = { applicationServer, qosProfile: "QOS_E", duration: 300, sink: "https://application-server.com/notifications" };
const seconds = session => (Date.parse(session.expiresAt) - Date.parse(session.startedAt)) / 1000;

const config = await oidc.discovery(new URL(host), "my-app-id", undefined, oidc.ClientSecretBasic("my-app-secret"), { execute: [oidc.allowInsecureRequests] });
const applicationToken = (await oidc.clientCredentialsGrant(config)).access_token;
async function lineToken(number) {
  const scope = "openid dpv:RequestedServiceProvision#quality-on-demand";
  const asked = await oidc.initiateBackchannelAuthentication(config, { login_hint: `tel:${number}`, scope });
  return (await oidc.pollBackchannelAuthenticationGrant(config, asked)).access_token;
}

// --- Nokia's SDK, for a device that is named and for the line of the token

const nokia = token => new NetworkAsCodeApiClient({ baseUrl: host, apiKey: "no-key-is-needed", headers: { Authorization: `Bearer ${token}` }, maxRetries: 0 });

async function runNokia(name, qod, device) {
  const created = await qod.createSessionV1({ ...device, ...request });
  const sessionId = created.sessionId;
  const again = await qod.createSessionV1({ ...device, ...request }).catch(error => error);
  const read = await qod.getSessionV1({ sessionId });
  const extended = await qod.extendSessionV1({ sessionId, requestedAdditionalDuration: 60 });
  const retrieved = await qod.retrieveSessionsV1(device);
  await qod.deleteSessionV1({ sessionId });
  const gone = await qod.getSessionV1({ sessionId }).catch(error => error);
  console.log(`${name}:`, created.qosStatus, seconds(read), extended.duration, seconds(extended), retrieved.map(session => session.sessionId === sessionId).join(),
    again.body?.code, gone.constructor.name, gone.body?.code);
}

const device = { device: { phoneNumber: "+34600000091" } };
await runNokia("Nokia, 2-legged", nokia(applicationToken).qod, device);
await runNokia("Nokia, 3-legged", nokia(await lineToken("+34600000092")).qod, {});
const unnecessary = await nokia(await lineToken("+34600000092")).qod.createSessionV1({ ...device, ...request }).catch(error => error);
console.log("Nokia, 3-legged with a device:", unnecessary.constructor.name, unnecessary.body?.code);
const unknown = await nokia("no-such-token").qod.retrieveSessionsV1(device).catch(error => error);
console.log("Nokia, no token:", unknown.statusCode, unknown.body?.code);

// --- A client of the documents

const authorized = { headers: { Authorization: `Bearer ${applicationToken}` } };
const client = async name => {
  const document = await (await fetch(`${host}/openapi/${name}.json`)).json();
  const api = new axios({ definition: document, axiosConfigDefaults: { ...authorized, baseURL: host + new URL(document.servers[0].url, host).pathname } });
  return api.getClient();
};

const profiles = await client("qos-profiles-1.1");
const some = (await profiles.retrieveQoSProfiles(null, device)).data.map(profile => profile.name).sort();
const one = (await profiles.getQosProfile("QOS_E")).data;
console.log("documents, profiles:", some.join(), one.name, one.status);

const sessions = await client("quality-on-demand-1.1");
const made = (await sessions.createSession(null, { device: { phoneNumber: "+34600000093" }, ...request })).data;
const sessionId = made.sessionId;
const extended = (await sessions.extendQosSessionDuration(sessionId, { requestedAdditionalDuration: 60 })).data;
const retrieved = (await sessions.retrieveSessionsByDevice(null, { device: { phoneNumber: "+34600000093" } })).data;
const deleted = await sessions.deleteSession(sessionId);
const missing = await sessions.getSession(sessionId).catch(error => error.response);
console.log("documents, sessions:", made.qosStatus, extended.duration, retrieved.length, deleted.status, missing.status, missing.data.code);
