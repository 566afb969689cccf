import type { Session } from "./gen/openapi.js";

// So early a token is renewed, for what is sent just before its end.
const MARGIN_SECONDS = 60;

type Renew = (refreshToken: string) => Promise<Session>;

/** Who calls: a token, an API key, or a session that is renewed before it ends. */
export class Credentials {
  #token: string | undefined;
  #session: Session | undefined;
  #renewAt = 0;
  #renewal: Promise<void> | undefined;

  constructor(token: string | undefined) {
    this.#token = token;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  use(session: Session | undefined): void {
    this.#session = session;
    this.#token = session?.access_token;
    this.#renewAt = Date.now() + ((session?.expires_in ?? 0) - MARGIN_SECONDS) * 1000;
  }

  /** The token to send, a new one if the session's is about to end. */
  async token(renew: Renew): Promise<string | undefined> {
    if (this.#session && Date.now() >= this.#renewAt) await this.#renew(renew);
    return this.#token;
  }

  /** A new token after the server refused this one; false where there is no way to get one. */
  async replace(refused: string | undefined, renew: Renew): Promise<boolean> {
    if (!this.#session) return false;
    // Another request may have been faster.
    if (this.#token === refused) await this.#renew(renew);
    return true;
  }

  /** Once for all requests that wait for it. */
  #renew(renew: Renew): Promise<void> {
    const { refresh_token } = this.#session!;
    this.#renewal ??= renew(refresh_token)
      .then((session) => this.use(session))
      .finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }
}
