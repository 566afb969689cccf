import type { Answer, Api, Call, OperationId, Query, RequestOptions } from "../api.js";
import { PageRequest, type Listing } from "../page.js";

/** The operations that answer with a page. */
type Lists = { [K in OperationId]: Answer<K> extends Listing<unknown> ? K : never }[OperationId];
type Entry<K extends Lists> = Answer<K> extends Listing<infer T> ? T : never;

export class Resource {
  constructor(protected readonly api: Api) {}

  protected pages<K extends Lists>(id: K, ids: string[], query: Query<K>, options?: RequestOptions): PageRequest<Entry<K>> {
    const fetch = (after: string | undefined) => {
      const call: Call = { ...options, query: { ...(query as object), after } };
      return this.api.get(id, ids, call) as Promise<Listing<Entry<K>>>;
    };
    return new PageRequest(fetch, (query as { after?: string }).after);
  }
}
