import type { Answer, Body, ChangeOptions, Query, RequestOptions } from "../api.js";
import { Resource } from "./resource.js";

/** Conversations of a person with a model. */
export class Conversations extends Resource {
  /** Makes a conversation, with its first `items` if there are some. */
  create(body: Body<"create_conversation"> = {}, options?: RequestOptions) {
    return this.api.get("create_conversation", [], { ...options, body });
  }

  /** Your conversations, newest first; `limit` is the length of a page. */
  list(query: Query<"list_conversations"> = {}, options?: RequestOptions) {
    return this.pages("list_conversations", [], query, options);
  }

  /** Messages and titles with what `q` says, newest first; `limit` is the length of a page. */
  search(query: Query<"list_search_hits">, options?: RequestOptions) {
    return this.pages("list_search_hits", [], query, options);
  }

  /** A conversation with its messages. */
  get(conversationId: string, query: Query<"get_conversation"> = {}, options?: RequestOptions) {
    return this.api.get("get_conversation", [conversationId], { ...options, query });
  }

  /** Changes what is given; null clears it. */
  update(conversationId: string, body: Body<"update_conversation">, options?: ChangeOptions) {
    return this.api.get("update_conversation", [conversationId], { ...options, body });
  }

  /** Deletes a conversation for good, with its messages and links. */
  delete(conversationId: string, options?: ChangeOptions) {
    return this.api.do("delete_conversation", [conversationId], options);
  }

  /** Deletes up to 100 conversations; those that cannot be deleted are told. */
  bulkDelete(body: Body<"bulk_delete_conversations">, options?: RequestOptions) {
    return this.api.get("bulk_delete_conversations", [], { ...options, body });
  }

  /** Archives, pins, moves, tags or deletes up to 100 conversations; those where it cannot be done are told. */
  bulk(body: Body<"update_conversations">, options?: RequestOptions) {
    return this.api.get("update_conversations", [], { ...options, body });
  }

  /** Ends the reply that is being written, and keeps what there is of it, unless `keep` is false. */
  cancel(conversationId: string, body: Body<"cancel_turn"> = {}, options?: RequestOptions) {
    return this.api.get("cancel_turn", [conversationId], { ...options, body });
  }

  /** Everything of a conversation, earlier versions included. */
  export(conversationId: string, options?: RequestOptions): Promise<Answer<"export_conversation">> {
    return this.api.get("export_conversation", [conversationId], options);
  }

  /** The conversation as a Markdown document. */
  exportMarkdown(conversationId: string, options?: RequestOptions): Promise<string> {
    return this.api.text("export_conversation_markdown", [conversationId], options);
  }
}
