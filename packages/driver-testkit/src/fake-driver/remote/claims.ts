/** Who may run under a key: the first that asks, for ever. */
export interface Claims {
  /** True when `record` holds the claim of `key`, perhaps since just now. */
  take(key: string, record: string): boolean;
  holder(key: string): string | undefined;
  /** Takes the claim away from all who do not hold it yet, so that nothing under the key can begin any more. */
  close(key: string): void;
}

const closed = '(closed)';

export function createClaims(): Claims {
  const holders = new Map<string, string>();
  return {
    take: (key, record) => {
      const holder = holders.get(key) ?? record;
      holders.set(key, holder);
      return holder === record;
    },
    holder: (key) => {
      const holder = holders.get(key);
      return holder === closed ? undefined : holder;
    },
    close: (key) => {
      if (!holders.has(key)) holders.set(key, closed);
    },
  };
}
