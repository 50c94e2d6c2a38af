/**
 * Ends waits early, as an `AbortController` and its signal do, which make an event for each: units wait and are rung for
 * several times a message.
 */
export class Interruption {
  readonly #ends = new Set<() => void>();
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    for (const end of this.#ends) end();
    this.#ends.clear();
  }

  addEventListener(_: 'abort', end: () => void): void {
    this.#ends.add(end);
  }

  removeEventListener(_: 'abort', end: () => void): void {
    this.#ends.delete(end);
  }
}
