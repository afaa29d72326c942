import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Clock } from '@destino/core/driver';

/** How many requests of one subscription are under way at once. */
const mostAtOnce = 8;
const longestPauseMs = 60_000;

type Lane = { running: number; waiting: (() => void)[]; pausedUntilMs: number };

/** One for each cloud and subscription: all targets of a process share it. */
const lanes = new Map<string, Lane>();

/**
 * Lets at most a handful of requests of a subscription go at once, and none while Azure has asked for a pause: one
 * caller's 429 holds back all of them, since asking earlier would only begin the wait anew.
 */
export function throttlePolicy(subscription: string, clock: Clock): PipelinePolicy {
  const lane = lanes.get(subscription) ?? { running: 0, waiting: [], pausedUntilMs: 0 };
  lanes.set(subscription, lane);
  return {
    name: 'destinoThrottle',
    sendRequest: async (request, next) => {
      await enter(lane);
      try {
        const pauseMs = lane.pausedUntilMs - clock.monotonicMs();
        if (pauseMs > 0) await clock.sleep(pauseMs, request.abortSignal === undefined ? {} : { signal: request.abortSignal as AbortSignal });
        const answer = await next(request);
        if (answer.status === 429) lane.pausedUntilMs = Math.max(lane.pausedUntilMs, clock.monotonicMs() + (retryAfterMs(answer) ?? 1000));
        return answer;
      } finally {
        leave(lane);
      }
    },
  };
}

async function enter(lane: Lane): Promise<void> {
  if (lane.running < mostAtOnce) lane.running += 1;
  else await new Promise<void>((go) => lane.waiting.push(go));
}

function leave(lane: Lane): void {
  const next = lane.waiting.shift();
  if (next === undefined) lane.running -= 1;
  else next();
}

/** `Retry-After` and its like, in milliseconds. */
export function retryAfterMs({ headers }: Pick<PipelineResponse, 'headers'>): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? headers.get('x-ms-retry-after-ms') ?? Number.NaN);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const found = Number.isFinite(ms) ? ms : seconds * 1000;
  return Number.isFinite(found) ? Math.min(longestPauseMs, Math.max(0, found)) : undefined;
}
