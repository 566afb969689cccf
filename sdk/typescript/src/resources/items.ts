import { MODEL_TIMEOUT, type Answer, type Body, type ChangeOptions, type Query, type RequestOptions } from "../api.js";
import { refuse } from "../refuse.js";
import { itemEvents, Stream, type ItemEvent } from "../streams.js";
import { Resource } from "./resource.js";

/** The messages of a conversation, in order. */
export class Items extends Resource {
  /** Adds a message at the end. */
  create(conversationId: string, body: Body<"create_item">, options?: RequestOptions) {
    return this.api.get("create_item", [conversationId], { ...options, body });
  }

  /** Adds up to 100 messages at the end, in order, all or none. */
  async createMany(
    conversationId: string,
    body: Body<"create_items">,
    options?: RequestOptions,
  ): Promise<Answer<"create_items">["data"]> {
    return (await this.api.get("create_items", [conversationId], { ...options, body })).data;
  }

  /** The messages, oldest first; `limit` is the length of a page. */
  list(conversationId: string, query: Query<"list_items"> = {}, options?: RequestOptions) {
    return this.pages("list_items", [conversationId], query, options);
  }

  get(conversationId: string, itemId: string, options?: RequestOptions) {
    return this.api.get("get_item", [conversationId, itemId], options);
  }

  delete(conversationId: string, itemId: string, options?: ChangeOptions) {
    return this.api.do("delete_item", [conversationId, itemId], options);
  }

  /** Gives a message another text; the earlier one stays as a version. */
  edit(conversationId: string, itemId: string, body: Body<"edit_item">, options?: ChangeOptions) {
    return this.api.get("edit_item", [conversationId, itemId], { ...options, body });
  }

  versions(conversationId: string, itemId: string, query: Query<"list_item_versions"> = {}, options?: RequestOptions) {
    return this.pages("list_item_versions", [conversationId, itemId], query, options);
  }

  /** Makes the text of an earlier version the present one, as a new version. */
  restore(conversationId: string, itemId: string, version: number, options?: ChangeOptions) {
    const ids = [conversationId, itemId, version];
    return this.api.get("restore_item_version", ids, { ...options, body: {} });
  }

  /** Has a model reply (anew) to a user's message, or write an assistant's message anew. */
  async regenerate(
    conversationId: string,
    itemId: string,
    body: Body<"stream_item_reply"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"regenerate_item">> {
    refuse((body as { stream?: unknown }).stream, "stream", "client.items.streamReply(…)");
    const call = { timeout: MODEL_TIMEOUT, ...options, body };
    return this.api.get("regenerate_item", [conversationId, itemId], call);
  }

  /** `regenerate` as the reply is written. The last event is `item.completed`; a failure is thrown. */
  async streamReply(
    conversationId: string,
    itemId: string,
    body: Body<"stream_item_reply"> = {},
    options?: RequestOptions,
  ): Promise<Stream<ItemEvent>> {
    const call = { timeout: MODEL_TIMEOUT, ...options, body };
    return new Stream(await this.api.open("stream_item_reply", [conversationId, itemId], call), itemEvents);
  }
}
