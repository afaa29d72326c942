import type { EmulatorClock } from '../time/emulator-clock.ts';

/** A clock whose appointments can all be called off, for when the service closes. */
export function ownTimers(clock: EmulatorClock): { clock: EmulatorClock; cancelAll(): void } {
  const open = new Set<() => void>();
  let closed = false;
  return {
    clock: {
      nowMs: () => clock.nowMs(),
      after: (ms, act) => {
        if (closed) return () => undefined;
        const cancel = clock.after(ms, () => {
          open.delete(cancel);
          act();
        });
        open.add(cancel);
        return () => {
          open.delete(cancel);
          cancel();
        };
      },
    },
    cancelAll: () => {
      closed = true;
      for (const cancel of open) cancel();
      open.clear();
    },
  };
}
