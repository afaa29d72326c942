import { Engine } from '@destino/core';
import type { BlobStore } from '@destino/core/blob';
import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { StateStore } from '@destino/core/store';
import { createFakeDriver, createTestContext, type CallHooks, type FakeRemote, type LoggedLine, type SeededRandom } from '@destino/driver-testkit';
import { bound } from './ledger.ts';
import type { Scheduler } from './scheduler.ts';

/** How often things go wrong; all are chances per call. */
export type Weather = { busy: number; lost: number; fault: number; stale: number; endless: number; late: number; slowMs: number };
export const fair: Weather = { busy: 0, lost: 0, fault: 0, stale: 0, endless: 0, late: 0, slowMs: 5 };

export type HostParts = {
  name: string;
  scheduler: Scheduler;
  random: SeededRandom;
  store: StateStore;
  blobs: BlobStore;
  remote: FakeRemote;
  weather: () => Weather;
  /** Milliseconds by which this host's time of day is off; may jump. */
  wallOffsetMs: () => number;
  onSubmit: (key: string) => void;
};

export type SimHost = { name: string; engine: Engine; lines: readonly LoggedLine[] };

/** A host that runs the real engine on a store, a blob store and a driver that fail as the weather has it. */
export function createHost(parts: HostParts): SimHost {
  const clock = hostClock(parts);
  const context = createTestContext({ clock, owner: { workspace: parts.store.info.workspace, incarnation: parts.store.info.incarnation } });
  const driver = createFakeDriver({ remote: parts.remote, host: parts.name, hooks: driverHooks(parts), followPollMs: 2000 });
  const engine = new Engine({
    store: shaky(parts, parts.store),
    blobs: shakyBlobs(parts),
    drivers: [driver],
    host: { hostId: parts.name, role: 'simulated' },
    context: () => context,
    clock,
    randomBytes: (size) => parts.random.bytes(size),
    logger: context.logger,
    // A day of watching is only more of the same; hosts that look less often make a run of as many steps longer.
    policy: { watchForMs: 600_000, pokeEveryMs: 2000, claimEveryMs: 2000 },
  });
  return { name: parts.name, engine, lines: context.lines };
}

function hostClock({ scheduler, name, wallOffsetMs }: HostParts): Clock {
  return {
    monotonicMs: () => scheduler.nowMs,
    wallMs: () => Date.UTC(2026, 0, 1) + scheduler.nowMs + wallOffsetMs(),
    sleep: async (ms, options = {}) => {
      try {
        await scheduler.wait(name, ms, options.signal);
      } catch (error) {
        throw new DestinoError('aborted', 'the sleep was aborted', { cause: error });
      }
    },
  };
}

function pause({ scheduler, name, random, weather }: HostParts): Promise<void> {
  return scheduler.wait(name, random.chance(0.7) ? 0 : random.int(0, weather().slowMs));
}

/** A request that is under way arrives, whatever becomes of the host that sent it. */
function onTheWay({ scheduler, random }: HostParts): Promise<void> {
  return scheduler.wait('network', random.int(1, 150_000));
}

function away(what: string): DestinoError {
  return new DestinoError('unavailable', `${what} is away`);
}

/** Calls of a store that wait, are refused as busy, or lose their answers. */
function shaky(parts: HostParts, store: StateStore): StateStore {
  const inner = bound(store);
  const wrap = (name: string, value: unknown): unknown => {
    if (typeof value !== 'function') return value;
    return async (...call: unknown[]) => {
      await pause(parts);
      if (parts.random.chance(parts.weather().busy)) throw away(`the store, for ${name}`);
      const answer: unknown = await (value as (...call: unknown[]) => Promise<unknown>)(...call);
      await pause(parts);
      if (parts.random.chance(parts.weather().lost)) throw away(`the answer of the store to ${name}`);
      return answer;
    };
  };
  return { ...(Object.fromEntries(Object.entries(inner).map(([name, value]) => [name, wrap(name, value)])) as unknown as StateStore), info: store.info, [Symbol.asyncDispose]: async () => undefined };
}

function shakyBlobs(parts: HostParts): BlobStore {
  const { blobs, random, weather } = parts;
  return {
    put: (bytes, options) => blobs.put(bytes, options),
    has: (hashes, options) => blobs.has(hashes, options),
    get: (hash, options) => blobs.get(hash, options),
    append: async (name, offset, bytes, options) => {
      await pause(parts);
      if (random.chance(weather().busy)) throw away('the blob store');
      const answer = await blobs.append(name, offset, bytes, options);
      await pause(parts);
      if (random.chance(weather().lost)) throw away('the answer of the blob store');
      return answer;
    },
    read: (name, options) => blobs.read(name, options),
    size: (name, options) => blobs.size(name, options),
    list: (prefix, options) => blobs.list(prefix, options),
    delete: (names, options) => blobs.delete(names, options),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function driverHooks(parts: HostParts): CallHooks {
  const { random, weather, onSubmit } = parts;
  return {
    before: async (call) => {
      if (call.op === 'jobs.submit' && call.key !== undefined) onSubmit(call.key);
      await (call.op === 'jobs.submit' && random.chance(weather().late) ? onTheWay(parts) : pause(parts));
      const now = weather();
      // An answer that never comes, before the effect or behind it: the guard gives up after a while.
      if (random.chance(now.endless)) return await new Promise<never>(() => undefined);
      if (random.chance(now.fault)) throw random.chance(0.3) ? new DestinoError('throttled', 'slow down', { retryAfterMs: random.int(100, 5000) }) : away('the target');
      if (call.op === 'jobs.submit' && random.chance(now.fault)) return { busy: { reason: { code: 'full', text: 'no room now' }, retryAfterMs: random.int(500, 5000) } };
      return random.chance(now.stale) ? { staleMs: random.int(1, 20_000) } : {};
    },
    after: async () => {
      await pause(parts);
      if (random.chance(weather().endless)) return await new Promise<never>(() => undefined);
      if (random.chance(weather().lost)) throw away('the answer of the target');
    },
  };
}
