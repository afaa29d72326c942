import type { ConformanceSubject } from '../conformance/subject.ts';
import type { Persistence } from './persist.ts';
import { persistentTarget } from './persistent-target.ts';

/**
 * The subject as an engine uses it: what fails for a passing reason is done again under the same key. With an interposer
 * between the driver and its remote side, every check then asks whether the outcome is right all the same.
 */
export function persistentSubject(subject: ConformanceSubject, options: Omit<Persistence, 'clock'> = {}): ConformanceSubject {
  const persistence = { clock: subject.clock, ...options };
  return new Proxy(subject, {
    get: (inner, name) => {
      if (name === 'open') return async (more?: Parameters<ConformanceSubject['open']>[0]) => persistentTarget(await inner.open(more), persistence);
      // A lost answer is what `once.lost-answer` must see; here it is tried again like any other.
      if (name === 'interposer') return undefined;
      const value: unknown = Reflect.get(inner, name, inner);
      return typeof value === 'function' ? (value.bind(inner) as unknown) : value;
    },
  });
}
