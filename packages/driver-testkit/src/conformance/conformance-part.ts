import type { createTestContext } from '../test-context.ts';
import type { createSubject } from './create-subject.ts';
import type { shellCommand } from './programme-kind.ts';
import type { ConformanceSubject } from './subject.ts';

/** What a driver's package is given of this kit, so that it imports only types of it. */
export type ConformanceKit = { createSubject: typeof createSubject; createTestContext: typeof createTestContext; shellCommand: typeof shellCommand };

/** A subject, and in words the part that it runs against: `a temporary folder of this machine`. */
export type ConformancePart = { part: string; subject: ConformanceSubject };

/**
 * What the module `NAME/conformance` of a driver's package exports as `conformance`: makes the part that comes with the
 * driver, and the subject that tries the driver on it. `kind` where the package has several drivers.
 */
export type ConformanceFactory = (kit: ConformanceKit, options?: { kind?: string }) => ConformancePart | Promise<ConformancePart>;
