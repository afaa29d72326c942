import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as kit from '@destino/driver-testkit';
import type { ConformanceFactory } from '@destino/driver-testkit';

/** How many checks the declarations of a driver call for. */
const module = (await import(pathToFileURL(join(process.argv[2] ?? '', 'src/conformance.ts')).href)) as { conformance: ConformanceFactory };
const { subject } = await module.conformance(kit);
const count = kit.allChecks.filter((check) => kit.reasonNotToRun(check, subject) === undefined).length;
await subject.dispose?.();
process.stdout.write(JSON.stringify({ count }));
