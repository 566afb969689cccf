// Replies while they are written.

import type { Opened } from "./api.js";
import { ofEnvelope } from "./errors.js";
import type { ChatConversation, Item } from "./gen/openapi.js";
import { events, type ServerEvent } from "./sse.js";
import { APITimeoutError, JanError, StreamInterruptedError } from "./status.js";

/** The last event is `item.completed`, with the reply as it is stored. */
export type ItemEvent =
  | { type: "item.delta"; text: string }
  | { type: "item.reasoning_delta"; text: string }
  | { type: "item.completed"; item: Item; finish_reason: string | null; context_truncated: boolean };

/** A `chat.completion.chunk` of OpenAI's API. The last one of a chat that is kept has its `conversation`. */
export interface ChatChunk {
  id?: string;
  model?: string;
  choices: { index: number; delta: { role?: string; content?: string | null }; finish_reason: string | null }[];
  conversation?: ChatConversation;
  [name: string]: unknown;
}

type Reader<E> = (incoming: AsyncIterable<ServerEvent>) => AsyncGenerator<E, void, undefined>;

/** Events, to be gone over once. Leaving the loop hangs up; the server goes on and stores the reply. */
export class Stream<E> implements AsyncIterable<E> {
  readonly #events: AsyncGenerator<E, void, undefined>;

  constructor(private readonly opened: Opened, read: Reader<E>) {
    this.#events = this.#guarded(read);
  }

  [Symbol.asyncIterator](): AsyncGenerator<E, void, undefined> {
    return this.#events;
  }

  close(): void {
    this.opened.clock.hangUp();
  }

  async *#guarded(read: Reader<E>): AsyncGenerator<E, void, undefined> {
    const { clock } = this.opened;
    try {
      yield* read(events(this.#pieces()));
    } catch (failure) {
      if (failure instanceof JanError) throw failure;
      clock.throwIfGivenUp();
      const error = clock.explain(failure);
      if (error instanceof APITimeoutError) throw error;
      throw new StreamInterruptedError("the connection broke in the middle of a stream", { cause: failure });
    } finally {
      clock.hangUp();
    }
  }

  async *#pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const { answer, clock } = this.opened;
    const reader = answer.body!.getReader();
    for (;;) {
      // Only the wait for the server counts, not the time that the caller takes.
      clock.wind();
      const { done, value } = await reader.read();
      clock.pause();
      if (done) {
        clock.throwIfGivenUp();
        clock.throwIfExpired();
        return;
      }
      yield value;
    }
  }
}

export async function* itemEvents(incoming: AsyncIterable<ServerEvent>): AsyncGenerator<ItemEvent, void, undefined> {
  for await (const { event, data } of incoming) {
    const body = JSON.parse(data);
    if (event === "error") throw ofEnvelope(body);
    if (event === "item.completed") {
      yield { type: event, ...body };
      return;
    }
    if (event === "item.delta" || event === "item.reasoning_delta") yield { type: event, text: body.text };
  }
  throw new StreamInterruptedError("the stream ended before the reply was complete");
}

export async function* chatChunks(incoming: AsyncIterable<ServerEvent>): AsyncGenerator<ChatChunk, void, undefined> {
  for await (const { data } of incoming) {
    if (data === "[DONE]") return;
    const body = JSON.parse(data);
    if (body.error) throw ofEnvelope(body);
    yield body;
  }
  throw new StreamInterruptedError("the stream ended before the completion was whole");
}
