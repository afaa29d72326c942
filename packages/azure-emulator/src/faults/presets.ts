import type { FaultRuleInput } from './rule.ts';

export type FaultPreset = { text: string; rules: readonly FaultRuleInput[] };

const writes = ['PUT', 'POST', 'PATCH', 'DELETE'];

/** Each is a kind of bad day. `docs/azure-emulator.md` lists them; a test compares the two. */
export const faultPresets = {
  throttle: {
    text: 'one request in four is answered 429 with Retry-After: 1',
    rules: [{ effect: 'status', status: 429, code: 'TooManyRequests', message: 'The request is being throttled.', retryAfterSeconds: 1, probability: 0.25, path: '^/subscriptions/' }],
  },
  'server-error-once': {
    text: 'the first request of each kind of change fails with 500 before any effect',
    rules: writes.map((method) => ({ effect: 'status' as const, methods: [method], status: 500, code: 'InternalServerError', message: 'The server encountered an internal error.', times: 1, path: '^/subscriptions/' })),
  },
  'server-errors': {
    text: 'one request in three fails with 503',
    rules: [{ effect: 'status', probability: 1 / 3, path: '^/subscriptions/' }],
  },
  'connection-reset': {
    text: 'one connection in five is reset before any effect',
    rules: [{ effect: 'reset', probability: 0.2, path: '^/subscriptions/' }],
  },
  'lost-answer': {
    text: 'the answer of every other change is lost after its effect',
    rules: [{ effect: 'lose-answer', methods: writes, probability: 0.5, path: '^/subscriptions/' }],
  },
  'cut-body': {
    text: 'one answer in five breaks off in mid-body',
    rules: [{ effect: 'reset-body', methods: ['GET'], probability: 0.2, path: '^/subscriptions/' }],
  },
  slow: { text: 'every answer takes 300 ms longer', rules: [{ effect: 'slow', delayMs: 300 }] },
  'stuck-operations': { text: 'long operations never report their end; the resources themselves do', rules: [{ effect: 'stuck' }] },
  'eventual-consistency': {
    text: 'for 3 s after its creation a resource is answered 404, and missing from lists',
    rules: [{ effect: 'unseen', delayMs: 3000 }],
  },
  quota: { text: 'no core is left in any region', rules: [{ effect: 'quota' }] },
  capacity: { text: 'the first three creations meet a region without capacity', rules: [{ effect: 'capacity', times: 3 }] },
  preemption: { text: 'the first spot group that runs is taken away', rules: [{ effect: 'preempt', times: 1 }] },
  'expired-tokens': { text: 'one request in five finds its token expired', rules: [{ effect: 'expired-token', probability: 0.2 }] },
  'image-pull': { text: 'the first image cannot be pulled', rules: [{ effect: 'image-pull', times: 1 }] },
} as const satisfies Record<string, FaultPreset>;

export type FaultPresetName = keyof typeof faultPresets;
export const faultPresetNames = Object.keys(faultPresets) as FaultPresetName[];
