import type { Body, ChangeOptions, Query, RequestOptions } from "../api.js";
import { Resource } from "./resource.js";

/** Folders of conversations, with an instruction for the model. */
export class Projects extends Resource {
  create(body: Body<"create_project">, options?: RequestOptions) {
    return this.api.get("create_project", [], { ...options, body });
  }

  list(query: Query<"list_projects"> = {}, options?: RequestOptions) {
    return this.pages("list_projects", [], query, options);
  }

  get(projectId: string, options?: RequestOptions) {
    return this.api.get("get_project", [projectId], options);
  }

  /** Changes what is given; null clears it. */
  update(projectId: string, body: Body<"update_project">, options?: ChangeOptions) {
    return this.api.get("update_project", [projectId], { ...options, body });
  }

  /** Deletes a project; its conversations stay. */
  delete(projectId: string, options?: ChangeOptions) {
    return this.api.do("delete_project", [projectId], options);
  }

  conversations(projectId: string, query: Query<"list_project_conversations"> = {}, options?: RequestOptions) {
    return this.pages("list_project_conversations", [projectId], query, options);
  }
}
