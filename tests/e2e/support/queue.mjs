/** What arrives over a connection, in order; readers may come before or after the items. */
export class Queue {
  #items = [];
  #readers = [];
  #ended;

  push(item) {
    const reader = this.#readers.shift();
    if (reader) reader.resolve(item);
    else this.#items.push(item);
  }

  /** No more items: waiting and later readers are rejected with `reason` once the rest is read. */
  end(reason) {
    this.#ended ??= reason;
    for (const reader of this.#readers.splice(0)) reader.reject(reason);
  }

  next() {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  get size() {
    return this.#items.length;
  }
}
