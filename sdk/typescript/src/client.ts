import { Api, type RequestOptions } from "./api.js";
import { Credentials } from "./credentials.js";
import type { Session } from "./gen/openapi.js";
import { address } from "./refuse.js";
import { Auth } from "./resources/auth.js";
import { Chat } from "./resources/chat.js";
import { Conversations } from "./resources/conversations.js";
import { Items } from "./resources/items.js";
import { Projects } from "./resources/projects.js";
import { Service } from "./resources/service.js";
import { Settings } from "./resources/settings.js";
import { Shares } from "./resources/shares.js";

export interface ClientOptions extends Pick<RequestOptions, "timeout" | "maxRetries"> {
  /** Where the server is. A `/v1` at the end, as OpenAI's SDKs need it, is taken off. */
  baseUrl?: string;
  /** An access token or an API key. Without one, `client.auth.guestLogin()` or `.login(…)` begins a session. */
  token?: string;
  fetch?: typeof globalThis.fetch;
}

/** A client of one server, for one user. A session that it begins it renews by itself. */
export class Client {
  readonly conversations: Conversations;
  readonly items: Items;
  readonly chat: Chat;
  readonly projects: Projects;
  readonly shares: Shares;
  readonly settings: Settings;
  readonly auth: Auth;
  readonly service: Service;
  readonly #credentials: Credentials;

  constructor({ baseUrl = "http://localhost:8000", token, fetch, ...options }: ClientOptions = {}) {
    this.#credentials = new Credentials(token);
    // A browser's fetch must be called as a function of its window.
    const send: typeof globalThis.fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
    const api = new Api(address(baseUrl), this.#credentials, options, send);
    this.conversations = new Conversations(api);
    this.items = new Items(api);
    this.chat = new Chat(api);
    this.projects = new Projects(api);
    this.shares = new Shares(api);
    this.settings = new Settings(api);
    this.auth = new Auth(api);
    this.service = new Service(api);
  }

  /** The session that is in use; its `refresh_token` can be kept for the next start. */
  get session(): Session | undefined {
    return this.#credentials.session;
  }
}
