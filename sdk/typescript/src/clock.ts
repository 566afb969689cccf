import { APIConnectionError, APITimeoutError } from "./status.js";

/** Ends an attempt that is silent for too long, or that the caller gave up. */
export class Clock {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expired = false;
  readonly #abort = () => this.#controller.abort(this.caller?.reason);

  constructor(private readonly timeout: number, private readonly caller: AbortSignal | undefined) {
    if (caller?.aborted) this.#abort();
    caller?.addEventListener("abort", this.#abort);
    this.wind();
  }

  /** Begins to count anew. */
  wind(): void {
    this.pause();
    this.#timer = setTimeout(() => {
      this.#expired = true;
      this.#controller.abort();
    }, this.timeout);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  stop(): void {
    this.pause();
    this.caller?.removeEventListener("abort", this.#abort);
  }

  hangUp(): void {
    this.stop();
    this.#controller.abort();
  }

  /** With the caller's own reason. */
  throwIfGivenUp(): void {
    this.caller?.throwIfAborted();
  }

  explain(cause: unknown): APIConnectionError {
    if (this.#expired) return new APITimeoutError("the server did not answer in time", { cause });
    const { message, cause: deeper } = cause as Error;
    const text = (deeper as Error | undefined)?.message || message;
    return new APIConnectionError(`the server was not reached, or the connection broke (${text})`, { cause });
  }
}

/** A pause that the caller can end. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    function done() {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}
