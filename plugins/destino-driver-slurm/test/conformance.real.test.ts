import { describeConformance } from '@destino/driver-testkit/vitest';
import { inject } from 'vitest';
import { createSlurmDriver } from '../src/driver.ts';
import { slurmSubject } from './subject.ts';

describeConformance(slurmSubject(createSlurmDriver(), { slurmConf: inject('slurmConf') }));
