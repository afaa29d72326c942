/** The time that the emulated services live in. */
export interface EmulatorClock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Calls `act` once when `ms` have passed; the answer calls it off. */
  after(ms: number, act: () => void): () => void;
}

/** Time that stands still until a test moves it on. */
export interface ManualEmulatorClock extends EmulatorClock {
  /** Moves time on by `ms`; what was due in between happens in order, and what it starts is let run first. */
  advance(ms: number): Promise<void>;
}

/** Real time, `timeScale` times as fast. */
export function scaledClock(timeScale = 1): EmulatorClock {
  const startMs = Date.now();
  return {
    nowMs: () => startMs + (Date.now() - startMs) * timeScale,
    after: (ms, act) => {
      const timer = setTimeout(act, Math.max(1, ms / timeScale));
      return () => clearTimeout(timer);
    },
  };
}

type Due = { atMs: number; act: () => void };

/** @param startMs default 2026-01-01T00:00:00Z */
export function manualEmulatorClock(startMs = Date.UTC(2026, 0, 1)): ManualEmulatorClock {
  let nowMs = startMs;
  let waiting: Due[] = [];
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    nowMs: () => nowMs,
    after: (ms, act) => {
      const due = { atMs: nowMs + ms, act };
      waiting.push(due);
      return () => void (waiting = waiting.filter((each) => each !== due));
    },
    advance: async (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        await settle();
        const next = waiting.toSorted((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined || next.atMs > endMs) break;
        waiting = waiting.filter((each) => each !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.act();
      }
      nowMs = endMs;
      await settle();
    },
  };
}

/** The time as ARM writes it. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
