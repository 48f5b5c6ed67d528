// Quality on demand for one device, with the names and the order of arguments of the published samples.
import { Api } from "./lib/api.js";
import { deviceAt, loginHint, parseIpPort } from "./lib/device.js";
import { backchannel, code, Tokens } from "./lib/tokens.js";

export { AuthorizationError, OpenGatewayError } from "./lib/http.js";

/** The profiles that every operator knows. Any other is named by its string. */
export const QoSProfiles = Object.freeze({ QOS_E: "QOS_E", QOS_S: "QOS_S", QOS_M: "QOS_M", QOS_L: "QOS_L" });

/**
 * What the aggregator gave the application. A plain object with the same members does as well; so does a call without `new`.
 * @param {{clientId: string, clientSecret: string}} credentials
 */
export function ClientCredentials({ clientId, clientSecret }) {
  return Object.freeze({ clientId, clientSecret });
}

export class QoDMobile {
  #api;
  #device;

  /**
   * Logs in at once: with a code, by exchanging it; else by the device's address. A failure to is thrown by the calls.
   * @param {{clientId: string, clientSecret: string}} credentials
   * @param {?string} authCode what the redirect from /authorize brought (frontend flow)
   * @param {?string} ipPort the device, "203.0.113.25:8080" or "[2001:db8::1]:8080" (backend flow)
   * @param {{baseUrl?: string, redirectUri?: string, scope?: string, fetch?: typeof fetch}} options see the README; the environment has defaults
   */
  constructor(credentials, authCode = null, ipPort = null, options = {}) {
    if (ipPort != null) this.#device = parseIpPort(ipPort);
    if (authCode == null && !this.#device) throw new TypeError("an authorization code or the device's ip:port is needed");
    this.#api = new Api(options, http => new Tokens(authCode != null
      ? code(http, credentials, authCode)
      : backchannel(http, credentials, loginHint(this.#device))));
  }

  /**
   * A session for all of the device's traffic.
   * @param {number} duration seconds
   * @param {string} profile one of QoSProfiles, or another name
   * @param {?string} ip the device's address as its request came from it; default: the one it was constructed with
   * @param {?number} port likewise; operators that translate addresses need it
   * @returns {Promise<object>} CAMARA's SessionInfo: sessionId, qosStatus, startedAt and expiresAt in seconds …
   */
  async setQualityOfService(duration, profile, ip = null, port = null) {
    const device = ip != null ? { ip, port } : this.#device;
    if (!device) throw new TypeError("the device's address is needed");
    return this.#api.createSession({
      device: deviceAt(device),
      applicationServer: { ipv4Address: "0.0.0.0/0" },
      qosProfile: profile,
      duration,
    });
  }

  /** @returns {Promise<object>} the session as it is now */
  getSession(sessionId) {
    return this.#api.getSession(sessionId);
  }

  /** @param {number} seconds to add @returns {Promise<object>} the session as it is then */
  extendSession(sessionId, seconds) {
    return this.#api.extendSession(sessionId, seconds);
  }

  /** Ends a session. One that is over already counts as deleted. */
  deleteSession(sessionId) {
    return this.#api.deleteSession(sessionId);
  }
}
