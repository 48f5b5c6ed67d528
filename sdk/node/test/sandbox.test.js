import assert from "node:assert/strict";
import { test } from "node:test";
import sandboxSdk from "../opengateway-sandbox-sdk.js";

/** What the aggregator is asked for. */
async function asked(...values) {
  let session;
  const fetch = async (url, { body }) => {
    if (url.endsWith("/token")) return new Response(JSON.stringify({ access_token: "t" }));
    session = JSON.parse(body);
    return new Response(JSON.stringify({ id: "s" }), { status: 201 });
  };
  const qod = new sandboxSdk.QoDMobile({ clientId: "my-app-id", clientSecret: "my-app-secret" }, "code", null, { baseUrl: "http://aggregator.test", fetch });
  await qod.sessions(...values);
  return session;
}

for (const [msisdn, sent] of [["+34600000000", "+34600000000"], [" 34600000000", "+34600000000"], ["\t34600000000 ", "+34600000000"], [" +34600000000\n", "+34600000000"], ["34600000000", "34600000000"]])
  test(`the number ${JSON.stringify(msisdn)} is sent as ${sent}`, async () => assert.equal((await asked(300, undefined, msisdn)).ueId.msisdn, sent));

const MAPPED = "::ffff:203.0.113.9";
for (const [ipv4Addr, ipv6Addr, sent] of [
  [undefined, MAPPED, { ipv4addr: "203.0.113.9" }],
  [MAPPED, undefined, { ipv4addr: "203.0.113.9" }],
  [undefined, "0:0:0:0:0:FFFF:cb00:7109/128", { ipv4addr: "203.0.113.9" }],
  ["203.0.113.9/32", MAPPED, { ipv4addr: "203.0.113.9" }],
  ["2001:DB8::1", undefined, { ipv6addr: "2001:db8::1" }],
  [null, "203.0.113.9", { ipv4addr: "203.0.113.9" }],
  [MAPPED, "2001:db8:0::1/128", { ipv4addr: "203.0.113.9", ipv6addr: "2001:db8::1" }],
])
  test(`${ipv4Addr} and ${ipv6Addr} are sent as ${JSON.stringify(sent)}`, async () =>
    assert.deepEqual((await asked(300, undefined, undefined, ipv4Addr, ipv6Addr)).ueId, sent));

for (const [ipv4Addr, ipv6Addr] of [["203.0.113.9", "::ffff:203.0.113.8"], ["203.0.113.0/24"], ["127.1"], [""], [undefined, "2001:db8:34::00001"], [undefined, "fe80::1%eth0"], [undefined, "2001:db8::/64"]])
  test(`${ipv4Addr} and ${ipv6Addr} are no device`, async () => {
    const fetch = async url => url.endsWith("/token") ? new Response(JSON.stringify({ access_token: "t" })) : assert.fail(`nobody expected ${url}`);
    const qod = new sandboxSdk.QoDMobile({ clientId: "my-app-id", clientSecret: "my-app-secret" }, "code", null, { baseUrl: "http://aggregator.test", fetch });
    await assert.rejects(qod.sessions(300, undefined, undefined, ipv4Addr, ipv6Addr), TypeError);
  });

test("blanks around a value are taken off, and what is undefined is left out", async () => {
  assert.deepEqual(await asked(300, " a@b ", undefined, " 203.0.113.9", "2001:db8::1 ", undefined, 80, " QOS_E ", " https://app.test/x ", " token "), {
    duration: 300,
    ueId: { externalId: "a@b", ipv4addr: "203.0.113.9", ipv6addr: "2001:db8::1" },
    asId: { ipv4addr: "0.0.0.0/0" },
    asPorts: { ports: [80] },
    qos: "QOS_E",
    notificationUri: "https://app.test/x",
    notificationAuthToken: "token",
  });
});
