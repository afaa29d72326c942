import type { EmulatorClock } from '../time/emulator-clock.ts';
import type { Asked } from '../http/exchange.ts';
import { ArmFault } from './fault.ts';

type Bucket = { left: number; atMs: number };
type Kind = 'reads' | 'writes' | 'deletes';

/** Token buckets of one caller in one subscription: how many at once, and how many more each second. */
export type Limits = Readonly<Record<Kind, { most: number; perSecond: number }>>;

export const armLimits: Limits = {
  reads: { most: 250, perSecond: 25 },
  writes: { most: 200, perSecond: 10 },
  deletes: { most: 200, perSecond: 10 },
};

/** Counts a request, and answers the header that tells what is left. @throws 429 with Retry-After when nothing is. */
export function createThrottle(clock: EmulatorClock, limits: Limits): (asked: Asked, subscription: string) => Record<string, string> {
  const buckets = new Map<string, Bucket>();
  return (asked, subscription) => {
    const kind: Kind = asked.method === 'GET' || asked.method === 'HEAD' ? 'reads' : asked.method === 'DELETE' ? 'deletes' : 'writes';
    const { most, perSecond } = limits[kind];
    const name = `${subscription} ${asked.principal?.clientId ?? ''} ${kind}`;
    const nowMs = clock.nowMs();
    const before = buckets.get(name) ?? { left: most, atMs: nowMs };
    const left = Math.min(most, before.left + ((nowMs - before.atMs) / 1000) * perSecond) - 1;
    if (left < 0) {
      buckets.set(name, { left: left + 1, atMs: nowMs });
      const seconds = String(Math.max(1, Math.ceil(-left / perSecond)));
      throw new ArmFault(429, 'SubscriptionRequestsThrottled', `Number of '${kind}' requests for subscription '${subscription}' exceeded the limit. Please try again after '${seconds}' seconds.`, {
        headers: { 'retry-after': seconds },
      });
    }
    buckets.set(name, { left, atMs: nowMs });
    return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(Math.floor(left)) };
  };
}
