import type { Engine, JobRequestInput } from '@destino/core';
import { isDestinoError } from '@destino/core/errors';
import type { ProgrammeInput, SeededRandom } from '@destino/driver-testkit';

/** What users did, by what is still to be true at the end. */
export type Wishes = { jobs: string[]; services: Set<string>; cancelled: Set<string>; abandoned: Set<string>; removed: Set<string> };

export function noWishes(): Wishes {
  return { jobs: [], services: new Set(), cancelled: new Set(), abandoned: new Set(), removed: new Set() };
}

export const targets = ['fake-a', 'fake-b'];

function programme(random: SeededRandom): ProgrammeInput {
  const lines = random.int(0, 3);
  return {
    prepareMs: random.chance(0.3) ? random.int(0, 5000) : 0,
    durationMs: random.pick([0, 100, 2000, 20_000, 300_000]),
    exitCode: random.chance(0.2) ? random.int(1, 3) : 0,
    ...(random.chance(0.1) && { cause: random.pick(['oom', 'preempted', 'platform', 'node-lost'] as const) }),
    ...(random.chance(0.05) && { failsBefore: random.pick(['image', 'setup'] as const) }),
    ...(random.chance(0.05) && { refuse: random.pick(['rejected', 'quota', 'no-capacity'] as const) }),
    ignoreTerm: random.chance(0.2),
    log: Array.from({ length: lines }, (_, index) => ({ atMs: random.int(0, 1500), text: `line ${index} {i} of {node}\n`, repeat: random.int(1, 20), everyMs: random.int(0, 300), stream: random.pick(['stdout', 'stderr'] as const) })),
    outputs: random.chance(0.3) ? [{ path: 'model.bin', text: 'weights' }] : [],
  };
}

function request(random: SeededRandom): JobRequestInput {
  const nodes = random.chance(0.1) ? 2 : 1;
  return {
    spec: {
      name: 'simulated',
      command: ['run'],
      resources: { nodes, properties: { fake: programme(random) } },
      ...(random.chance(0.1) && { timeoutMs: random.int(1000, 60_000) }),
      graceMs: 2000,
    },
    targets: random.chance(0.3) ? [...targets] : [random.pick(targets)],
    retry: {
      failed: { attempts: random.chance(0.2) ? 1 : 0, backoffMs: 1000 },
      noCapacity: { attempts: 2, backoffMs: 1000 },
      preempted: { attempts: 2, backoffMs: 1000 },
      platform: { attempts: 1, backoffMs: 1000 },
      lost: { attempts: 1, backoffMs: 1000 },
    },
  };
}

function group(random: SeededRandom): JobRequestInput {
  const names = ['a', 'b', 'c'];
  const steps = names.map((name, index) => ({ name, after: names.slice(0, index).filter(() => random.chance(0.5)), request: request(random) as never }));
  return { group: { steps, onFailure: random.pick(['cancel', 'continue'] as const), ...(random.chance(0.5) && { maxConcurrent: 1 }) } };
}

/** One act of a user. Refusals are normal; anything else is not. */
export async function act(engine: Engine, random: SeededRandom, wishes: Wishes, serial: number): Promise<void> {
  const name = `job-${serial}`;
  try {
    const choice = random.int(1, 100);
    if (choice <= 50) {
      wishes.jobs.push(name);
      await engine.submit({ name, request: random.chance(0.15) ? group(random) : request(random) });
    } else if (choice <= 70 && wishes.jobs.length > 0) {
      // Half of them change their minds at once, while the job is on its way.
      const picked = random.pick(wishes.jobs.slice(random.chance(0.5) ? -1 : -6));
      wishes.cancelled.add(picked);
      await engine.cancel(picked);
    } else if (choice <= 74 && wishes.jobs.length > 0) {
      const picked = random.pick(wishes.jobs);
      wishes.abandoned.add(picked);
      await engine.abandon(picked);
    } else if (choice <= 80 && wishes.jobs.length > 0) {
      const picked = random.pick(wishes.jobs);
      await engine.remove(picked);
      wishes.removed.add(picked);
    } else if (choice <= 95) {
      const service = `service-${random.int(1, 2)}`;
      wishes.services.add(service);
      await engine.services.deploy({ name: service, server: { kind: 'container', port: 80 }, resources: { properties: { fake: { deployMs: 1000, updateMs: 500 } } } }, random.pick(targets));
    } else {
      const service = `service-${random.int(1, 2)}`;
      await engine.services.remove(service);
      wishes.services.delete(service);
    }
  } catch (error) {
    if (!isDestinoError(error) || !['not-found', 'conflict', 'unavailable'].includes(error.code)) throw error;
  }
}
