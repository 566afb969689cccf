import type { Body, ChangeOptions, RequestOptions } from "../api.js";
import { Resource } from "./resource.js";

/** Your profile for models, and your program's own preferences. */
export class Settings extends Resource {
  /** Your settings. What was never set is null or empty. */
  get(options?: RequestOptions) {
    return this.api.get("get_settings", [], options);
  }

  /** Changes what is given; null clears it. `preferences` are replaced as a whole. */
  update(body: Body<"update_settings">, options?: ChangeOptions) {
    return this.api.get("update_settings", [], { ...options, body });
  }
}
