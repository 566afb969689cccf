import type { Answer, Body, Query, RequestOptions } from "../api.js";
import { refuse } from "../refuse.js";
import { Resource } from "./resource.js";

/** Which call it is says in which form the answer comes. */
type OpenQuery = Omit<Query<"get_shared_conversation">, "format">;

/** Links that show a conversation, or one message, to everybody who has them. */
export class Shares extends Resource {
  /** Shares a conversation as it stands now; with `live`, what follows as well. */
  create(conversationId: string, body: Body<"share_conversation"> = {}, options?: RequestOptions) {
    return this.api.get("share_conversation", [conversationId], { ...options, body });
  }

  /** Shares a single message. */
  createForItem(conversationId: string, itemId: string, body: Body<"share_item"> = {}, options?: RequestOptions) {
    return this.api.get("share_item", [conversationId, itemId], { ...options, body });
  }

  /** Your links. */
  list(query: Query<"list_shares"> = {}, options?: RequestOptions) {
    return this.pages("list_shares", [], query, options);
  }

  listForConversation(conversationId: string, query: Query<"list_conversation_shares"> = {}, options?: RequestOptions) {
    return this.pages("list_conversation_shares", [conversationId], query, options);
  }

  /** Ends a link, for the very next request. */
  revoke(shareId: string, options?: RequestOptions) {
    return this.api.do("revoke_share", [shareId], options);
  }

  revokeForConversation(conversationId: string, shareId: string, options?: RequestOptions) {
    return this.api.do("revoke_conversation_share", [conversationId, shareId], options);
  }

  /** What a link shows; no sign-in is needed. */
  async open(
    shareId: string,
    query: OpenQuery = {},
    options?: RequestOptions,
  ): Promise<Answer<"get_shared_conversation">> {
    const { format } = query as { format?: string };
    refuse(format !== "json" && format, "format", "client.shares.openMarkdown(…); the HTML page is at the link's url");
    return this.api.get("get_shared_conversation", [shareId], { ...options, query });
  }

  /** The same as a Markdown document. */
  openMarkdown(shareId: string, query: OpenQuery = {}, options?: RequestOptions): Promise<string> {
    return this.api.text("get_shared_conversation", [shareId], { ...options, query: { ...query, format: "md" } });
  }

  /** Adds a message through a link that is not read-only. */
  add(shareId: string, body: Body<"create_shared_item">, options?: RequestOptions) {
    return this.api.get("create_shared_item", [shareId], { ...options, body });
  }

  /** Copies what a link shows into a conversation of your own. */
  fork(shareId: string, options?: RequestOptions) {
    return this.api.get("fork_shared_conversation", [shareId], options);
  }
}
