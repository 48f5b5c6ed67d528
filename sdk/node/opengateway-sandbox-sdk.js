// The sandbox's SDK: its QoDMobile speaks the first generation of the API, with ueId and qos.
import { Api } from "./lib/api.js";
import { loginHint, parseIpPort } from "./lib/device.js";
import { backchannel, code, Tokens } from "./lib/tokens.js";

class QoDMobile {
  #api;

  /** As in "aggregator/opengateway-sdk". */
  constructor(credentials, authCode = null, ipPort = null, options = {}) {
    if (authCode == null && ipPort == null) throw new TypeError("an authorization code or the device's ip:port is needed");
    const hint = ipPort != null ? loginHint(parseIpPort(ipPort)) : null;
    this.#api = new Api(options, http => new Tokens(authCode != null ? code(http, credentials, authCode) : backchannel(http, credentials, hint)));
  }

  /**
   * A session. Whatever is undefined is left out; the device needs one of its four names.
   * @param {number} duration seconds
   * @param {string} [externalId]
   * @param {string} [msisdn] with or without +
   * @param {string} [ipv4Addr]
   * @param {string} [ipv6Addr]
   * @param {number} [uePort] narrows the session to one port of the device
   * @param {number} [asPort] likewise, of the application server
   * @param {string} qos
   * @param {string} [notificationUri] where the session's events go
   * @param {string} [notificationAuthToken] sent along with them
   * @returns {Promise<object>} id, qosStatus, startedAt and expiresAt in milliseconds …
   */
  sessions(duration, externalId, msisdn, ipv4Addr, ipv6Addr, uePort, asPort, qos, notificationUri, notificationAuthToken) {
    return this.#api.createSession({
      duration,
      ueId: { externalId, msisdn, ipv4addr: ipv4Addr, ipv6addr: ipv6Addr },
      asId: { ipv4addr: "0.0.0.0/0" },
      uePorts: onePort(uePort),
      asPorts: onePort(asPort),
      qos,
      notificationUri,
      notificationAuthToken,
    });
  }
}

const onePort = port => port == null ? undefined : { ports: [Number(port)] };

export default { QoDMobile };
