import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const TIMEOUT_MS = 30_000;
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** The aggregator said no. */
export class OpenGatewayError extends Error {
  /** @param {{status: number, code: string, message: string, correlator?: string, retryAfter?: number}} error */
  constructor({ status, code, message, correlator, retryAfter }) {
    super(`${status} ${code}: ${message}`);
    this.name = new.target.name;
    /** HTTP's. */
    this.status = status;
    /** CAMARA's, CONFLICT for example; or OAuth's where a login failed. */
    this.code = code;
    /** The request's x-correlator: what the aggregator's support asks for. */
    this.correlator = correlator;
    /** Seconds after which the same request may succeed, where the answer says so. */
    this.retryAfter = retryAfter;
  }
}

/** There is no token to be had, or none that is accepted. */
export class AuthorizationError extends OpenGatewayError {}

/** One aggregator over HTTP. */
export class Http {
  #root;
  #fetch;

  constructor({ baseUrl, redirectUri, scope, fetch: ours } = {}) {
    this.#root = (baseUrl ?? process.env.OPENGATEWAY_BASE_URL ?? "https://opengateway.aggregator.com").replace(/\/+$/, "");
    this.#fetch = ours ?? fetch;
    /** The exchange of a code names again where it was sent (RFC 6749, 4.1.3). */
    this.redirectUri = redirectUri ?? process.env.OPENGATEWAY_REDIRECT_URI;
    this.scope = scope ?? "dpv:RequestedServiceProvision#qod";
  }

  /** @returns {Promise<?object>} the answer's JSON, null where there is none */
  async send(method, path, headers, body) {
    const correlator = randomUUID();
    const response = await this.#fetch(`${this.#root}${path}`, {
      method,
      headers: { ...headers, accept: "application/json", "user-agent": `QodOrleans-SDK-node/${version}`, "x-correlator": correlator },
      body,
      redirect: "manual", // a token belongs to the host that it was meant for
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.ok) return text === "" ? null : JSON.parse(text);
    const error = tryParse(text);
    const Kind = error.error || response.status === 401 ? AuthorizationError : OpenGatewayError;
    throw new Kind({
      status: response.status,
      code: error.code ?? error.error ?? response.statusText,
      message: error.message ?? error.error_description ?? "",
      correlator,
      retryAfter: Number(response.headers.get("retry-after")) || undefined,
    });
  }
}

/** What stands between us and the aggregator may answer in words of its own. */
function tryParse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
