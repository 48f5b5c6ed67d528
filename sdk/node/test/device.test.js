import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deviceAt, loginHint, parseIpPort } from "../lib/device.js";

const table = JSON.parse(readFileSync(new URL("../../addresses.json", import.meta.url)));

for (const { ipPort, loginHint: hint, device } of table) {
  test(`${JSON.stringify(ipPort)} is ${hint ?? "no device"}`, () => {
    if (!device) return assert.throws(() => parseIpPort(ipPort));
    const address = parseIpPort(ipPort);
    assert.equal(loginHint(address), hint);
    assert.deepEqual(deviceAt(address), device);
  });
}
