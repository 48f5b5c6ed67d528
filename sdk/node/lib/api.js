import { AuthorizationError, Http } from "./http.js";

const SESSIONS = "/qod/v0/sessions";

/** The sessions of one login. */
export class Api {
  #http;
  #tokens;

  /** @param {(http: Http) => import("./tokens.js").Tokens} login */
  constructor(options, login) {
    this.#http = new Http(options);
    this.#tokens = login(this.#http);
  }

  createSession(session) {
    return this.#send("POST", SESSIONS, session);
  }

  getSession(id) {
    return this.#send("GET", `${SESSIONS}/${encodeURIComponent(id)}`);
  }

  extendSession(id, seconds) {
    return this.#send("POST", `${SESSIONS}/${encodeURIComponent(id)}/extend`, { requestedAdditionalDuration: seconds });
  }

  async deleteSession(id) {
    try {
      await this.#send("DELETE", `${SESSIONS}/${encodeURIComponent(id)}`);
    } catch (error) {
      if (error.status !== 404) throw error;
    }
  }

  /** With a token that we think good; should the aggregator think otherwise, once more with a new one. */
  async #send(method, path, body) {
    const token = await this.#tokens.get();
    try {
      return await this.#sendWith(token, method, path, body);
    } catch (error) {
      if (!(error instanceof AuthorizationError)) throw error;
    }
    return this.#sendWith(await this.#tokens.get(token), method, path, body);
  }

  #sendWith(token, method, path, body) {
    const headers = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    return this.#http.send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
  }
}
