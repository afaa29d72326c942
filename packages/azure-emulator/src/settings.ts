import type { Limits } from './arm/throttle.ts';
import type { Answer, Asked } from './http/exchange.ts';
import type { Quota } from './container-instance/quota.ts';
import type { Runner } from './container-instance/runner.ts';
import type { Timings } from './container-instance/timings.ts';
import type { MachineLearningOptions } from './machine-learning/service.ts';
import type { FaultPresetName } from './faults/presets.ts';
import type { FaultRuleInput } from './faults/rule.ts';
import type { EmulatorClock } from './time/emulator-clock.ts';

/** One request and its answer, as the validator of Microsoft's descriptions reads them. */
export type Exchange = {
  operation: string;
  request: { method: string; url: string; headers: Readonly<Record<string, string>>; body?: unknown };
  response: { status: number; headers: Readonly<Record<string, string>>; body?: unknown };
};

export type AzureEmulatorOptions = {
  /** Where state is kept. Absent: a folder that goes with the emulator, and all that runs in it with it. */
  folder?: string;
  /** Of https; http gets the next free one. Default: any free ones. */
  port?: number;
  httpPort?: number;
  /** Of everything that happens by chance. Default 1. */
  seed?: number;
  /** How much faster than real time the services work. Default 1. Not with `clock`. */
  timeScale?: number;
  /** A clock of the caller's own: `manualEmulatorClock()`. */
  clock?: EmulatorClock;
  faults?: FaultPresetName | readonly FaultRuleInput[];
  subscriptions?: readonly string[];
  regions?: readonly string[];
  /** Items on a page of a list. Default 100. */
  pageSize?: number;
  tokenLifetimeSeconds?: number;
  limits?: Limits;
  containerInstances?: { timings?: Partial<Timings>; quota?: Partial<Quota> };
  machineLearning?: MachineLearningOptions;
  /** What runs containers. Default: Docker where a daemon answers, else processes. */
  runner?: Runner | 'docker' | 'process';
  /** Told of every exchange whose answer was sent whole. */
  onExchange?: (exchange: Exchange) => void;
};

export function exchangeOf({ method, origin, path, query, headers, body }: Asked, answer: Answer, operation: string): Exchange {
  const search = query.toString();
  const asked = { method, url: `${origin}${path}${search === '' ? '' : `?${search}`}`, headers: { ...headers, authorization: 'Bearer x' }, ...(body !== undefined && { body }) };
  return { operation, request: asked, response: { status: answer.status, headers: answer.headers ?? {}, ...(answer.body !== undefined && { body: answer.body }) } };
}
