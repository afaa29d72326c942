import { recordExchanges } from '@destino/azure-emulator';
import * as kit from '@destino/driver-testkit';
import { describeConformance } from '@destino/driver-testkit/vitest';
import { onEmulator } from '../src/conformance.ts';

const { subject } = await onEmulator(kit, recordExchanges(process.env['DESTINO_EXCHANGES']));
describeConformance(subject);
