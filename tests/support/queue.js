import { within } from './wait.js';

/** What arrived, in order, for one reader. After `end`, readers that find nothing left get an error. */
export class Queue {
  #items = [];
  #readers = [];
  #ended = false;

  push(item) {
    const reader = this.#readers.shift();
    if (reader) reader.resolve(item);
    else this.#items.push(item);
  }

  end() {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader.reject(new Error('the connection ended'));
  }

  get size() {
    return this.#items.length;
  }

  /** The next item; an error names `what` after `timeoutMs`. */
  async next(what = 'the next item', timeoutMs = 5000) {
    if (this.#items.length > 0) return this.#items.shift();
    if (this.#ended) throw new Error(`no ${what}: the connection ended`);
    const reader = {};
    const item = new Promise((resolve, reject) => Object.assign(reader, { resolve, reject }));
    this.#readers.push(reader);
    try {
      return await within(what, item, timeoutMs);
    } catch (error) {
      this.#readers = this.#readers.filter((waiting) => waiting !== reader);
      throw error;
    }
  }
}
