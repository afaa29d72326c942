import type { ComputeTarget, Driver, DriverContext, Jobs, Owned, Provisioning, Services } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { FakeConfig } from '../fake-driver/create-fake-driver.ts';
import type { FakeSubjectOptions } from '../fake-driver/fake-subject.ts';

/** A driver that breaks one rule: the check of that rule must see it. */
export type Mutant = { breaks: string; how: string; subject: () => FakeSubjectOptions };

type FakeDriver = Driver<FakeConfig>;
export type Change = (driver: FakeDriver) => FakeDriver;

export function mutant(breaks: string, how: string, options: FakeSubjectOptions | Change): Mutant {
  return { breaks, how, subject: () => (typeof options === 'function' ? { change: options } : options) };
}

/** Changes the static part. */
export function declaring(parts: Partial<FakeDriver> | ((driver: FakeDriver) => Partial<FakeDriver>)): Change {
  return (driver) => Object.freeze({ ...driver, ...(typeof parts === 'function' ? parts(driver) : parts) });
}

/** Changes every target that the driver opens. */
export function opening(change: (target: ComputeTarget, context: DriverContext) => Partial<ComputeTarget> | { [Name in keyof ComputeTarget]?: undefined }): Change {
  return declaring((driver) => ({
    open: (config, context) => {
      const target = driver.open(config, context);
      return { ...target, ...change(target, context) } as ComputeTarget;
    },
  }));
}

export function jobs(change: (jobs: Jobs, context: DriverContext) => Partial<Jobs>): Change {
  return opening((target, context) => (target.jobs === undefined ? {} : { jobs: { ...target.jobs, ...change(target.jobs, context) } }));
}

export function services(change: (services: Services) => Partial<Services>): Change {
  return opening(({ services: facet }) => (facet === undefined ? {} : { services: { ...facet, ...change(facet) } }));
}

export function owned(change: (owned: Owned, context: DriverContext) => Partial<Owned>): Change {
  return opening(({ owned: facet }, context) => (facet === undefined ? {} : { owned: { ...facet, ...change(facet, context) } }));
}

export function provisioning(change: (provisioning: Provisioning) => Partial<Provisioning>): Change {
  return opening(({ provisioning: facet }) => (facet === undefined ? {} : { provisioning: { ...facet, ...change(facet) } }));
}

export function fault(code: 'not-found' | 'conflict' | 'aborted' | 'unavailable'): DestinoError {
  return new DestinoError(code, 'a broken driver');
}

/** A verb that works once for each argument list and throws after that, as drivers do that forget idempotency. */
export function onlyOnce<Args extends readonly unknown[], Answer>(verb: (...args: Args) => Promise<Answer>, nameOf: (...args: Args) => string, seen: Set<string>): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    const name = nameOf(...args);
    if (seen.has(name)) throw fault('not-found');
    seen.add(name);
    return await verb(...args);
  };
}
