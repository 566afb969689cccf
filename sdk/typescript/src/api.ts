// Sends requests, again where that is safe, and reads answers.

import { Clock, sleep } from "./clock.js";
import type { Credentials } from "./credentials.js";
import { ofAnswer } from "./errors.js";
import { TokenExpiredError } from "./gen/codes.js";
import type { operations, Session } from "./gen/openapi.js";
import { routes } from "./gen/routes.js";
import { encode, fill } from "./query.js";
import { checkKey } from "./refuse.js";
import * as retry from "./retry.js";
import { type APIError, JanError } from "./status.js";
import { expected, remember } from "./tags.js";

export type OperationId = keyof typeof routes & keyof operations;
type Json<T> = T extends { content: { "application/json": infer B } } ? B : never;
type Successes<R> = R[keyof R & (200 | 201)];

/** What an operation takes and answers, by its name in the OpenAPI document. */
export type Body<K extends OperationId> = Json<NonNullable<operations[K]["requestBody"]>>;
export type Query<K extends OperationId> = NonNullable<operations[K]["parameters"]["query"]>;
export type Answer<K extends OperationId> = Json<Successes<operations[K]["responses"]>>;

export interface RequestOptions {
  signal?: AbortSignal;
  /** Milliseconds per answer, and between two pieces of a stream. */
  timeout?: number;
  maxRetries?: number;
  idempotencyKey?: string;
}

/** Of calls that change an object. */
export interface ChangeOptions extends RequestOptions {
  /** The object as it was read, or its tag: it is changed only if it is still so, else it is a PreconditionFailedError. */
  ifMatch?: object | string;
}

export interface Call extends ChangeOptions {
  query?: object;
  body?: object;
  stream?: boolean;
}

type Id = string | number;
type Fetch = typeof globalThis.fetch;

/** A model may take its time, and turns of a conversation wait for each other. */
export const MODEL_TIMEOUT = 600_000;
const TIMEOUT = 60_000;
/** Sent without a token: the caller has none yet, or it has expired. */
const OPEN: readonly OperationId[] = [
  "guest_login", "login", "register", "refresh_token", "logout", "get_health", "get_readiness", "get_version",
];

/** An answer whose body is still to be read, and the clock that watches over that. */
export interface Opened {
  answer: Response;
  clock: Clock;
}

interface Whole {
  answer: Response;
  text: string;
}

type Read<T> = (opened: Opened) => Promise<T>;
type Outcome<T> = { value: T } | { error: JanError; answer?: Response };

interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: object | undefined;
}

export class Api {
  constructor(
    readonly baseUrl: string,
    readonly credentials: Credentials,
    private readonly defaults: RequestOptions,
    private readonly fetch: Fetch,
  ) {}

  async get<K extends OperationId>(id: K, ids: readonly Id[], call: Call = {}): Promise<Answer<K>> {
    const { answer, text } = await this.#whole(id, ids, call);
    try {
      const object = JSON.parse(text) as Answer<K>;
      remember(object, answer);
      return object;
    } catch (cause) {
      throw new JanError(`the answer to ${id} is not JSON`, { cause });
    }
  }

  async do(id: OperationId, ids: readonly Id[], call: Call = {}): Promise<void> {
    await this.text(id, ids, call);
  }

  async text(id: OperationId, ids: readonly Id[], call: Call = {}): Promise<string> {
    return (await this.#whole(id, ids, call)).text;
  }

  /** The whole body; where the connection breaks in it, the request is sent again, too. */
  #whole(id: OperationId, ids: readonly Id[], call: Call): Promise<Whole> {
    return this.#attempts(id, ids, call, async ({ answer, clock }) => {
      const text = await answer.text();
      clock.stop();
      return { answer, text };
    });
  }

  open(id: OperationId, ids: readonly Id[], call: Call): Promise<Opened> {
    return this.#attempts(id, ids, { ...call, stream: true }, async (opened) => {
      opened.clock.pause();
      return opened;
    });
  }

  async #attempts<T>(id: OperationId, ids: readonly Id[], call: Call, read: Read<T>): Promise<T> {
    const options = { timeout: TIMEOUT, maxRetries: 4, ...defined(this.defaults), ...defined(call) };
    const [method, path] = routes[id];
    const url = this.baseUrl + fill(path, ids) + encode(call.query);
    const request: Request = { method, url, headers: headers(method, path, call), body: call.body };
    const repeatable = method !== "POST" || "Idempotency-Key" in request.headers || id === "refresh_token";
    let mayReplace = !OPEN.includes(id);
    let doubt: JanError | undefined;
    for (let attempt = 0; ; attempt++) {
      const token = OPEN.includes(id) ? undefined : await this.credentials.token(this.#renew);
      const outcome = await this.#once(request, token, new Clock(options.timeout, options.signal), read);
      if ("value" in outcome) return outcome.value;
      const { error, answer } = outcome;
      // The attempt whose answer was lost has deleted it.
      if (doubt && method === "DELETE" && answer?.status === 404) return { answer, text: "" } as T;
      // So it may have made the change that another state is now found.
      if (doubt && (method === "PATCH" || method === "PUT") && answer?.status === 412) throw doubt;
      if (!answer || (answer.status >= 500 && (error as APIError).code !== "server_busy")) doubt = error;
      if (error instanceof TokenExpiredError && mayReplace) {
        mayReplace = false;
        if (await this.credentials.replace(token, this.#renew)) continue;
      }
      const pause = answer
        ? retry.afterAnswer(answer, (error as APIError).code, attempt, repeatable)
        : retry.afterFailure(error.cause, attempt, repeatable);
      if (pause === undefined || attempt >= options.maxRetries) throw error;
      await sleep(pause, options.signal);
    }
  }

  async #once<T>(request: Request, token: string | undefined, clock: Clock, read: Read<T>): Promise<Outcome<T>> {
    const authorization: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    try {
      const answer = await this.fetch(request.url, {
        method: request.method,
        headers: { ...request.headers, ...authorization },
        body: request.body ? JSON.stringify(request.body) : null,
        signal: clock.signal,
        // A browser's cookies are never sent.
        credentials: "omit",
      });
      if (answer.ok) return { value: await read({ answer, clock }) };
      const error = ofAnswer(answer, await answer.text());
      clock.stop();
      return { error, answer };
    } catch (failure) {
      clock.stop();
      clock.throwIfGivenUp();
      return { error: clock.explain(failure) };
    }
  }

  #renew = (refresh_token: string): Promise<Session> => this.get("refresh_token", [], { body: { refresh_token } });
}

function headers(method: string, path: string, call: Call): Record<string, string> {
  const found: Record<string, string> = { Accept: call.stream ? "text/event-stream" : "application/json, */*;q=0.1" };
  if (call.body) found["Content-Type"] = "application/json";
  // The same for all attempts: so the server does it once.
  const key = checkKey(call.idempotencyKey ?? randomKey());
  if (method === "POST" && !path.startsWith("/auth/")) found["Idempotency-Key"] = key;
  // Where it is given and undefined, an object has no tag, and the change must not go on without one.
  if ("ifMatch" in call) found["If-Match"] = expected(call.ifMatch!);
  return found;
}

/** Not crypto.randomUUID, which browsers have on safe origins only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
