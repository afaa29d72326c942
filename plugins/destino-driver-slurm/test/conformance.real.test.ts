import { createFaultInterposer } from '@destino/driver-testkit';
import { describeConformance } from '@destino/driver-testkit/vitest';
import { inject } from 'vitest';
import { createSlurmDriver } from '../src/driver.ts';
import { realClock, slurmSubject } from './subject.ts';

const interposer = createFaultInterposer({ script: [], seed: 1, clock: realClock, submitOp: 'sbatch' });

describeConformance({ ...slurmSubject(createSlurmDriver({ around: interposer.around }), { slurmConf: inject('slurmConf') }), interposer });
