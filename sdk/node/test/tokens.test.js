import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthorizationError, OpenGatewayError, QoDMobile, QoSProfiles } from "../opengateway-sdk.js";

const credentials = { clientId: "my:app", clientSecret: "a secret" };

/** An aggregator that answers from a script: [path, status, body]. */
function aggregator(...script) {
  const seen = [];
  const fetch = async (url, { headers, body }) => {
    const [path, status, answer] = script.shift() ?? assert.fail(`nobody expected ${url}`);
    assert.equal(new URL(url).pathname, path);
    seen.push({ headers, body });
    return new Response(JSON.stringify(answer), { status });
  };
  return { seen, options: { baseUrl: "http://aggregator.test", redirectUri: "https://app.test/callback", fetch } };
}

const REQUEST = ["/bc-authorize", 200, { auth_req_id: "r", interval: 0, expires_in: 120 }];
const PENDING = ["/token", 400, { error: "authorization_pending" }];
const token = (text, expires_in = 3600) => ["/token", 200, { access_token: text, expires_in }];
const CREATED = ["/qod/v0/sessions", 201, { sessionId: "s" }];

const create = async options => (await new QoDMobile(credentials, null, "203.0.113.25:8080", options).setQualityOfService(300, QoSProfiles.QOS_E)).sessionId;

test("the token is polled for while the person is being asked", async () => {
  const { options, seen } = aggregator(REQUEST, PENDING, PENDING, token("t"), CREATED);
  assert.equal(await create(options), "s");
  assert.equal(seen.at(-1).headers.authorization, "Bearer t");
});

test("a server that wants it slower gets five seconds more", async () => {
  // Five more than minus five: no time at all.
  const { options } = aggregator(["/bc-authorize", 200, { auth_req_id: "r", interval: -5 }], ["/token", 400, { error: "slow_down" }], token("t"), CREATED);
  assert.equal(await create(options), "s");
});

test("id and secret are form-encoded before they become Basic credentials", async () => {
  const { options, seen } = aggregator(REQUEST, token("t"), CREATED);
  await create(options);
  assert.equal(atob(seen[0].headers.authorization.slice(6)), "my%3Aapp:a%20secret");
});

test("a person who refuses is an authorization error", async () => {
  const { options } = aggregator(REQUEST, ["/token", 400, { error: "access_denied" }]);
  await assert.rejects(create(options), error => error instanceof AuthorizationError && error.code === "access_denied");
});

test("a token that is refused is renewed, once", async () => {
  const unauthenticated = ["/qod/v0/sessions", 401, { code: "UNAUTHENTICATED" }];
  const good = aggregator(REQUEST, token("old"), unauthenticated, REQUEST, token("new"), CREATED);
  assert.equal(await create(good.options), "s");
  assert.equal(good.seen.at(-1).headers.authorization, "Bearer new");
  const never = aggregator(REQUEST, token("old"), unauthenticated, REQUEST, token("new"), unauthenticated);
  await assert.rejects(create(never.options), AuthorizationError);
});

test("a token that is about to end is not used any more", async () => {
  const { options, seen } = aggregator(REQUEST, token("short", 29), REQUEST, token("next"), CREATED);
  const qod = new QoDMobile(credentials, null, "203.0.113.25:8080", options);
  while (seen.length < 2) await new Promise(setImmediate);
  await new Promise(setImmediate);
  await qod.setQualityOfService(300, QoSProfiles.QOS_E);
  assert.equal(seen.at(-1).headers.authorization, "Bearer next");
});

test("a code is exchanged once, with the place where it was sent", async () => {
  const { options, seen } = aggregator(token("t"), ["/qod/v0/sessions", 401, {}]);
  const qod = new QoDMobile(credentials, "the-code", null, options);
  await assert.rejects(qod.setQualityOfService(300, QoSProfiles.QOS_E, "203.0.113.25", 8080), error => error.code === "login_required");
  assert.equal(seen[0].body, "grant_type=authorization_code&code=the-code&redirect_uri=https%3A%2F%2Fapp.test%2Fcallback");
});

test("an error says what the aggregator said", async () => {
  const { options, seen } = aggregator(REQUEST, token("t"), ["/qod/v0/sessions", 409, { code: "CONFLICT", message: "taken" }]);
  await assert.rejects(create(options), error => error instanceof OpenGatewayError && !(error instanceof AuthorizationError)
    && error.status === 409 && error.code === "CONFLICT" && error.correlator === seen.at(-1).headers["x-correlator"]);
});
