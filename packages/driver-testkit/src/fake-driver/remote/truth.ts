/** One thing that really happened to the remote world, by whose call. */
export type Effect = {
  atMs: number;
  op: string;
  /** `made`, `repeated` (the same key again, no effect), `refused`, `started`, `claim-lost`, `changed`, `removed`, `nothing`. */
  outcome: 'made' | 'repeated' | 'refused' | 'started' | 'claim-lost' | 'changed' | 'removed' | 'nothing';
  key?: string;
  id?: string;
  fence?: number;
  host?: string;
  revision?: number;
};

/** What only the world knows, for a test's invariants. */
export interface Truth {
  record(effect: Effect): void;
  readonly effects: readonly Effect[];
  /** How often the command under `key` really began. */
  startsOf(key: string): number;
  /** Every key whose command began, with how often. */
  starts(): Record<string, number>;
}

/** `settle` lets happen what is due, before anybody reads. */
export function createTruth(settle: () => void): Truth {
  const effects: Effect[] = [];
  const starts = new Map<string, number>();
  return {
    record: (effect) => {
      effects.push(effect);
      if (effect.outcome === 'started' && effect.key !== undefined) starts.set(effect.key, (starts.get(effect.key) ?? 0) + 1);
    },
    get effects() {
      settle();
      return effects;
    },
    startsOf: (key) => {
      settle();
      return starts.get(key) ?? 0;
    },
    starts: () => {
      settle();
      return Object.fromEntries(starts);
    },
  };
}
