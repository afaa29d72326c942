import * as kit from '@destino/driver-testkit';
import { describeConformance } from '@destino/driver-testkit/vitest';
import { conformance } from '../src/conformance.ts';

const { subject } = await conformance(kit);
describeConformance(subject);
