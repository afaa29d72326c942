export type TimedEvent<Payload> = { atMs: number; payload: Payload };

export interface EventHeap<Payload> {
  push(event: TimedEvent<Payload>): void;
  /** Takes out the earliest event not after `untilMs`; of equal times the one pushed first. */
  popUntil(untilMs: number): TimedEvent<Payload> | undefined;
  readonly size: number;
}

type Entry<Payload> = TimedEvent<Payload> & { order: number };

function before<Payload>(a: Entry<Payload> | undefined, b: Entry<Payload> | undefined): boolean {
  if (a === undefined || b === undefined) return b === undefined;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function sink<Payload>(entries: Entry<Payload>[]): void {
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    if (left >= entries.length) return;
    const child = right < entries.length && before(entries[right], entries[left]) ? right : left;
    if (before(entries[index], entries[child])) return;
    const held = entries[index];
    const swapped = entries[child];
    if (held === undefined || swapped === undefined) return;
    entries[index] = swapped;
    entries[child] = held;
    index = child;
  }
}

function rise<Payload>(entries: Entry<Payload>[]): void {
  let index = entries.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const held = entries[index];
    const above = entries[parent];
    if (held === undefined || above === undefined || before(above, held)) return;
    entries[index] = above;
    entries[parent] = held;
    index = parent;
  }
}

/** A binary heap, so that ten thousand planned events cost little each. */
export function createEventHeap<Payload>(): EventHeap<Payload> {
  const entries: Entry<Payload>[] = [];
  let order = 0;
  return {
    push: (event) => {
      entries.push({ ...event, order: (order += 1) });
      rise(entries);
    },
    popUntil: (untilMs) => {
      const first = entries[0];
      if (first === undefined || first.atMs > untilMs) return undefined;
      const last = entries.pop();
      if (last !== undefined && entries.length > 0) {
        entries[0] = last;
        sink(entries);
      }
      return first;
    },
    get size() {
      return entries.length;
    },
  };
}
