// Lists, a page at a time or all of them.

/** What the service answers with. */
export interface Listing<T> {
  data: T[];
  has_more: boolean;
  next_after: string | null;
}

type FetchPage<T> = (after: string | undefined) => Promise<Listing<T>>;

/** A page of a list. To go over a page is to go over this one and all that follow it; `data` has only its own. */
export class Page<T> implements AsyncIterable<T> {
  readonly data: readonly T[];
  /** Null on the last page. The service says both, and either ends the list. */
  readonly nextAfter: string | null;

  constructor(private readonly fetch: FetchPage<T>, listing: Listing<T>) {
    this.data = listing.data;
    this.nextAfter = listing.has_more ? listing.next_after : null;
  }

  get hasMore(): boolean {
    return this.nextAfter !== null;
  }

  async nextPage(): Promise<Page<T> | null> {
    return this.nextAfter === null ? null : new Page(this.fetch, await this.fetch(this.nextAfter));
  }

  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    for (let page: Page<T> | null = this; page; page = await page.nextPage()) yield page;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }
}

/** `await` it for the first page, or go over all entries with `for await`; pages are asked for as they are needed. */
export class PageRequest<T> implements PromiseLike<Page<T>>, AsyncIterable<T> {
  constructor(private readonly fetch: FetchPage<T>, private readonly after: string | undefined) {}

  then<A = Page<T>, B = never>(
    fulfilled?: ((page: Page<T>) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#first().then(fulfilled, rejected);
  }

  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    yield* (await this.#first()).pages();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this.#first();
  }

  async #first(): Promise<Page<T>> {
    return new Page(this.fetch, await this.fetch(this.after));
  }
}
