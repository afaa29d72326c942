import type { JobRequestInput } from '@destino/core';
import { createSeededRandom, type ProgrammeInput, type SeededRandom } from '@destino/driver-testkit';

export const targetName = 'fake';

/** One job of a run, the end that it must come to, and whether a user asks for its end meanwhile. */
export type PlannedJob = { name: string; request: JobRequestInput; exitCode: number; cancelled: boolean; followed: boolean };

function programme(random: SeededRandom): ProgrammeInput {
  return {
    prepareMs: random.chance(0.3) ? random.int(0, 300) : 0,
    durationMs: random.pick([0, 50, 400, 1200, 2500]),
    exitCode: random.chance(0.2) ? random.int(1, 3) : 0,
    ignoreTerm: random.chance(0.1),
    // One stream a job, so that its bytes have one order.
    log: Array.from({ length: random.int(1, 3) }, (_, index) => ({ atMs: random.int(0, 300), text: `${index}: line {i} of node {node}, grüße\n`, repeat: random.int(1, 200), everyMs: random.int(0, 8) })),
    outputs: random.chance(0.3) ? [{ path: 'model.bin', text: 'weights' }] : [],
  };
}

/** The same jobs for the same seed. */
export function planJobs(seed: number, count: number): PlannedJob[] {
  const root = createSeededRandom(seed).fork('plan');
  return Array.from({ length: count }, (_, index) => {
    const random = root.fork(String(index));
    const fake = programme(random);
    const nodes = random.chance(0.1) ? 2 : 1;
    const retry = { lost: { attempts: 0, backoffMs: 1 }, platform: { attempts: 0, backoffMs: 1 } };
    return {
      name: `job-${index}`,
      request: { spec: { name: 'killed', command: ['run'], resources: { nodes, properties: { fake } }, graceMs: 100 }, targets: [targetName], retry },
      exitCode: fake.exitCode ?? 0,
      cancelled: random.chance(0.2),
      followed: random.chance(0.5),
    };
  });
}
