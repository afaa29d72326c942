/** Ids by the time they are due: a binary heap in which a later entry of an id replaces its earlier one. */
export class DueQueue {
  readonly #heap: { id: string; dueMs: number; stamp: number }[] = [];
  readonly #stamps = new Map<string, number>();
  #stamp = 0;

  /** Sets when `id` is due. */
  set(id: string, dueMs: number): void {
    this.#stamp += 1;
    this.#stamps.set(id, this.#stamp);
    this.#heap.push({ id, dueMs, stamp: this.#stamp });
    this.#up(this.#heap.length - 1);
  }

  delete(id: string): void {
    this.#stamps.delete(id);
  }

  clear(): void {
    this.#heap.length = 0;
    this.#stamps.clear();
  }

  /** When the first is due; `undefined` when there is none. */
  nextMs(): number | undefined {
    this.#dropReplaced();
    return this.#heap[0]?.dueMs;
  }

  /** Takes out the first that is due by `nowMs`. */
  take(nowMs: number): string | undefined {
    this.#dropReplaced();
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.#pop();
    this.#stamps.delete(first.id);
    return first.id;
  }

  #dropReplaced(): void {
    for (let first = this.#heap[0]; first !== undefined && this.#stamps.get(first.id) !== first.stamp; first = this.#heap[0]) this.#pop();
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #less(a: number, b: number): boolean {
    const x = this.#heap[a];
    const y = this.#heap[b];
    if (x === undefined || y === undefined) return false;
    return x.dueMs === y.dueMs ? x.stamp < y.stamp : x.dueMs < y.dueMs;
  }

  #swap(a: number, b: number): void {
    const x = this.#heap[a];
    const y = this.#heap[b];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }

  #up(start: number): void {
    for (let index = start; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#less(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #down(start: number): void {
    for (let index = start; ; ) {
      const left = index * 2 + 1;
      const least = [left, left + 1].reduce((best, child) => (child < this.#heap.length && this.#less(child, best) ? child : best), index);
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }
}
