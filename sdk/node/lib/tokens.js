import { setTimeout as pause } from "node:timers/promises";
import { AuthorizationError } from "./http.js";

/** A token is given up this long before its end: it must still be good when it arrives. */
const MARGIN_MS = 30_000;

/** One login's token: fetched once for all who wait, kept while it is good, fetched anew afterwards. */
export class Tokens {
  #login;
  #underWay;
  #current;

  constructor(login) {
    this.#login = login;
    // Its failure belongs to the call that will wait for it.
    this.#fetch().catch(() => {});
  }

  /** @param {string} [refused] a token that the API did not accept */
  async get(refused) {
    if (!this.#underWay && (!this.#current || this.#current.text === refused || this.#current.expiresAt - MARGIN_MS <= Date.now())) this.#fetch();
    return (await (this.#underWay ?? this.#current)).text;
  }

  #fetch() {
    this.#underWay = this.#login().then(token => (this.#current = token)).finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }
}

/** The line whose device came by /authorize. Good once. */
export function code(http, credentials, authCode) {
  let used = false;
  return async () => {
    if (used) throw new AuthorizationError({ status: 401, code: "login_required", message: "the code's token has ended; send the person to /authorize again" });
    const token = await post(http, credentials, "/token", { grant_type: "authorization_code", code: authCode, redirect_uri: http.redirectUri });
    used = true;
    return toToken(token);
  };
}

/** One line, named by the application: CIBA in poll mode. */
export function backchannel(http, credentials, hint) {
  return async () => {
    const request = await post(http, credentials, "/bc-authorize", { login_hint: hint, scope: http.scope });
    for (let interval = request.interval ?? 5; ; await pause(interval * 1000)) {
      try {
        return toToken(await post(http, credentials, "/token", { grant_type: "urn:openid:params:grant-type:ciba", auth_req_id: request.auth_req_id }));
      } catch (error) {
        if (error.code === "slow_down") interval += 5;
        else if (error.code !== "authorization_pending") throw error;
      }
    }
  };
}

function post(http, { clientId, clientSecret }, path, form) {
  // RFC 6749, 2.3.1: both are form-encoded first, for a colon in either of them.
  const credentials = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
  const given = Object.entries(form).filter(([, value]) => value !== undefined);
  return http.send("POST", path, { authorization: `Basic ${credentials}`, "content-type": "application/x-www-form-urlencoded" }, new URLSearchParams(given).toString());
}

const toToken = ({ access_token, expires_in }) => ({ text: access_token, expiresAt: Date.now() + (expires_in ?? Infinity) * 1000 });
