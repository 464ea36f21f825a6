/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

/** A list that the service gives page by page: `for await` takes items, `pages()` whole pages, both as they are needed. */
export class Paged<Item> implements AsyncIterable<Item> {
  readonly #load: (cursor: string | undefined) => Promise<Page<Item>>;

  constructor(load: (cursor: string | undefined) => Promise<Page<Item>>) {
    this.#load = load;
  }

  /** The first page. */
  first(): Promise<Page<Item>> {
    return this.#load(undefined);
  }

  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Page<Item> = await this.#load(cursor);
      yield page;
      cursor = page.next_cursor;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }
}
