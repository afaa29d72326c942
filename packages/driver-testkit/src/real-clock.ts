import { setTimeout } from 'node:timers/promises';
import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';

/** The time of this machine, for subjects whose other side is real. */
export function createRealClock(): Clock {
  return {
    monotonicMs: () => performance.now(),
    wallMs: () => performance.timeOrigin + performance.now(),
    sleep: async (ms, options) => {
      await setTimeout(ms, undefined, options?.signal === undefined ? {} : { signal: options.signal }).catch((cause: unknown) => {
        throw new DestinoError('aborted', 'the sleep was stopped', { cause });
      });
    },
  };
}
