import type { RequestOptions } from "../api.js";
import { Resource } from "./resource.js";

/** The server itself. */
export class Service extends Resource {
  health(options?: RequestOptions) {
    return this.api.get("get_health", [], options);
  }

  readiness(options?: RequestOptions) {
    return this.api.get("get_readiness", [], options);
  }

  version(options?: RequestOptions) {
    return this.api.get("get_version", [], options);
  }
}
