import type { Body, Query, RequestOptions } from "../api.js";
import type { Session } from "../gen/openapi.js";
import { Resource } from "./resource.js";

/** Who you are. What signs in is used by the client from then on, and renewed in time. */
export class Auth extends Resource {
  /** Signs in as a new guest. */
  guestLogin(options?: RequestOptions) {
    return this.#begin("guest_login", {}, options);
  }

  /** Makes an account and signs in. */
  register(body: Body<"register">, options?: RequestOptions) {
    return this.#begin("register", body, options);
  }

  login(body: Body<"login">, options?: RequestOptions) {
    return this.#begin("login", body, options);
  }

  /** Makes the guest an account, which keeps everything. */
  upgrade(body: Body<"upgrade">, options?: RequestOptions) {
    return this.#begin("upgrade", body, options);
  }

  /** Goes on with a session whose refresh token was kept. */
  resume(refreshToken: string, options?: RequestOptions) {
    return this.#begin("refresh_token", { refresh_token: refreshToken }, options);
  }

  /** Ends the session that is in use. */
  async logout(options?: RequestOptions): Promise<void> {
    const { session } = this.api.credentials;
    if (!session) return;
    await this.api.do("logout", [], { ...options, body: { refresh_token: session.refresh_token } });
    this.api.credentials.use(undefined);
  }

  me(options?: RequestOptions) {
    return this.api.get("get_me", [], options);
  }

  /** Removes you, with everything that is yours. */
  deleteMe(options?: RequestOptions) {
    return this.api.do("delete_me", [], options);
  }

  /** Changes the password, and ends all other sessions. */
  updatePassword(body: Body<"update_password">, options?: RequestOptions) {
    return this.api.do("update_password", [], { ...options, body });
  }

  sessions(query: Query<"list_sessions"> = {}, options?: RequestOptions) {
    return this.pages("list_sessions", [], query, options);
  }

  deleteSession(sessionId: string, options?: RequestOptions) {
    return this.api.do("delete_session", [sessionId], options);
  }

  /** Signs you out everywhere. */
  deleteSessions(options?: RequestOptions) {
    return this.api.do("delete_sessions", [], options);
  }

  /** Makes a key for a program; its secret is shown this once. */
  createApiKey(body: Body<"create_api_key">, options?: RequestOptions) {
    return this.api.get("create_api_key", [], { ...options, body });
  }

  apiKeys(query: Query<"list_api_keys"> = {}, options?: RequestOptions) {
    return this.pages("list_api_keys", [], query, options);
  }

  deleteApiKey(keyId: string, options?: RequestOptions) {
    return this.api.do("delete_api_key", [keyId], options);
  }

  async #begin(
    id: "guest_login" | "register" | "login" | "upgrade" | "refresh_token",
    body: object,
    options?: RequestOptions,
  ): Promise<Session> {
    const session = await this.api.get(id, [], { ...options, body });
    this.api.credentials.use(session);
    return session;
  }
}
