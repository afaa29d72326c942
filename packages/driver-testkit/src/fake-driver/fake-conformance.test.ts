import { describeConformance } from '../vitest/index.ts';
import { createFakeSubject } from './fake-subject.ts';

for (const once of ['remote', 'guarded', 'best-effort'] as const) {
  for (const logs of ['exact', 'gaps'] as const) describeConformance(createFakeSubject({ once, logs, logWindowBytes: 700, driver: { kind: 'fake' } }));
}
