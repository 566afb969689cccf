import { APIConnectionError, APITimeoutError } from "./status.js";

/** Ends an attempt that is silent for too long, or that the caller gave up. It keeps no program from its end. */
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
    // A browser's timer is a number.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Until it is wound again: the time that the caller takes does not count. */
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

  /** An answer that was ended from this side may look as if it were whole. */
  throwIfExpired(): void {
    if (this.#expired) throw this.explain(this.signal.reason);
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
