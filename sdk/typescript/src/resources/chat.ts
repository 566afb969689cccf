import { MODEL_TIMEOUT, type Answer, type Body, type RequestOptions } from "../api.js";
import { refuse } from "../refuse.js";
import { chatChunks, Stream, type ChatChunk } from "../streams.js";
import { Resource } from "./resource.js";

/** Which call it is says whether the completion is streamed. */
type ChatBody = Body<"create_chat_completion"> & { stream?: never };

/** OpenAI's chat completions. With a `conversation`, what it holds precedes `messages`, and the turn is kept in it. */
export class Chat extends Resource {
  /** A whole completion. Further fields (`temperature`, …) go to the model. */
  async create(body: ChatBody, options?: RequestOptions): Promise<Answer<"create_chat_completion">> {
    refuse(body.stream, "stream", "client.chat.stream(…)");
    return this.api.get("create_chat_completion", [], { timeout: MODEL_TIMEOUT, ...options, body });
  }

  /** The completion as it is written, chunk by chunk. */
  async stream(body: ChatBody, options?: RequestOptions): Promise<Stream<ChatChunk>> {
    const call = { timeout: MODEL_TIMEOUT, ...options, body: { ...body, stream: true } };
    return new Stream(await this.api.open("create_chat_completion", [], call), chatChunks);
  }

  getModel(model: string, options?: RequestOptions) {
    return this.api.get("get_model", [model], options);
  }

  /** The models of the server's provider. */
  async listModels(options?: RequestOptions) {
    return (await this.api.get("list_models", [], options)).data;
  }
}
