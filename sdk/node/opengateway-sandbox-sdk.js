// The sandbox's SDK: its QoDMobile speaks the first generation of the API, with ueId and qos.
import { Api } from "./lib/api.js";
import { loginHint, parseIpPort, ueAddresses } from "./lib/device.js";
import { backchannel, code, Tokens } from "./lib/tokens.js";

class QoDMobile {
  #api;

  /** As in "aggregator/opengateway-sdk". */
  constructor(credentials, authCode = null, ipPort = null, options = {}) {
    if (authCode == null && ipPort == null) throw new TypeError("an authorization code or the device's ip:port is needed");
    const hint = ipPort != null ? loginHint(parseIpPort(trimmed(ipPort))) : null;
    this.#api = new Api(options, http => new Tokens(authCode != null ? code(http, credentials, authCode) : backchannel(http, credentials, hint)));
  }

  /**
   * A session. Whatever is undefined is left out; the device needs one of its four names. Blanks around a value are taken off.
   * @param {number} duration seconds
   * @param {string} [externalId]
   * @param {string} [msisdn] with or without +; a blank before the digits is the + that a query string has lost
   * @param {string} [ipv4Addr] with or without /32
   * @param {string} [ipv6Addr] with or without /128; whichever of the two it is given as, an address goes by its kind, and IPv4-mapped IPv6 is IPv4
   * @param {number} [uePort] narrows the session to one port of the device
   * @param {number} [asPort] likewise, of the application server
   * @param {string} qos
   * @param {string} [notificationUri] where the session's events go
   * @param {string} [notificationAuthToken] sent along with them
   * @returns {Promise<object>} id, qosStatus, startedAt and expiresAt in milliseconds …
   */
  async sessions(duration, externalId, msisdn, ipv4Addr, ipv6Addr, uePort, asPort, qos, notificationUri, notificationAuthToken) {
    return this.#api.createSession({
      duration,
      ueId: { externalId: trimmed(externalId), msisdn: number(msisdn), ...ueAddresses(trimmed(ipv4Addr), trimmed(ipv6Addr)) },
      asId: { ipv4addr: "0.0.0.0/0" },
      uePorts: onePort(uePort),
      asPorts: onePort(asPort),
      qos: trimmed(qos),
      notificationUri: trimmed(notificationUri),
      notificationAuthToken: trimmed(notificationAuthToken),
    });
  }
}

const trimmed = value => typeof value === "string" ? value.trim() : value;

// "+" in a query string that nobody encoded arrives as a blank.
const number = value => typeof value === "string" ? value.replace(/^\s+(?=[0-9])/, "+").trim() : value;

const onePort = port => port == null ? undefined : { ports: [Number(port)] };

export default { QoDMobile };
