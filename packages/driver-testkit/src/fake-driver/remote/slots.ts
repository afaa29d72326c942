import type { JobRecord } from './job-record.ts';

/** Nodes of the target and the queue for them: first come, first served. */
export interface Slots {
  enqueue(record: JobRecord): void;
  /** Gives nodes to those at the head of the queue as far as they go. */
  grant(): JobRecord[];
  /** Takes a record out, with its nodes if it had them. */
  leave(record: JobRecord): void;
  resize(slots: number | undefined): void;
  readonly free: number;
  /** At most how many wait before this record. */
  ahead(record: JobRecord): number;
}

function sizeOf(slots: number | undefined): number {
  return slots ?? Number.POSITIVE_INFINITY;
}

export function createSlots(slots: number | undefined): Slots {
  const waiting = new Set<JobRecord>();
  const holding = new Set<JobRecord>();
  const tickets = new WeakMap<JobRecord, number>();
  let lastTicket = 0;
  let total = sizeOf(slots);
  let used = 0;
  return {
    enqueue: (record) => {
      tickets.set(record, (lastTicket += 1));
      waiting.add(record);
    },
    grant: () => {
      const granted: JobRecord[] = [];
      for (const record of waiting) {
        if (record.spec.resources.nodes > total - used) break;
        waiting.delete(record);
        holding.add(record);
        used += record.spec.resources.nodes;
        granted.push(record);
      }
      return granted;
    },
    leave: (record) => {
      waiting.delete(record);
      if (holding.delete(record)) used -= record.spec.resources.nodes;
    },
    resize: (wanted) => {
      total = sizeOf(wanted);
    },
    get free() {
      return total - used;
    },
    ahead: (record) => {
      const [first] = waiting;
      return (tickets.get(record) ?? 0) - (first === undefined ? 0 : (tickets.get(first) ?? 0));
    },
  };
}
