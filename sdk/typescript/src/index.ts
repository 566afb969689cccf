export { Client, type ClientOptions } from "./client.js";
export type { Answer, Body, ChangeOptions, OperationId, Query, RequestOptions } from "./api.js";
export { Page, PageRequest } from "./page.js";
export { etagOf } from "./tags.js";
export { Stream, type ChatChunk, type ItemEvent } from "./streams.js";
export * from "./status.js";
export * from "./gen/codes.js";
export type * from "./gen/openapi.js";
