import type { CapabilityName, ComputeTarget } from '../driver/index.ts';
import type { GuardScope } from './guard-options.ts';
import { refusingStream, refusingVerb } from './unsupported.ts';

/** The facets of a target, by name. */
export type Facets = Required<Omit<ComputeTarget, 'probe' | typeof Symbol.asyncDispose>>;
export type FacetName = keyof Facets;

/** Which capability says that a facet is there. */
export const facetCapability: Readonly<Record<FacetName, CapabilityName>> = {
  attachment: 'attach',
  provisioning: 'provision',
  power: 'power',
  nodes: 'nodes',
  jobs: 'jobs',
  services: 'services',
  owned: 'owned',
};

/** Facets that are not there: every verb rejects with `unsupported` and the driver's reason. */
export function refusingFacets(scope: GuardScope): Facets {
  const verb = (facet: FacetName, name: string): (() => Promise<never>) => refusingVerb(scope, `${facet}.${name}`, facetCapability[facet]);
  const stream = (facet: FacetName, name: string): (() => AsyncIterable<never>) => refusingStream(scope, `${facet}.${name}`, facetCapability[facet]);
  const working = <Facet extends 'jobs' | 'services'>(facet: Facet) => ({
    find: verb(facet, 'find'),
    inspect: verb(facet, 'inspect'),
    logs: stream(facet, 'logs'),
  });
  return {
    attachment: { attach: verb('attachment', 'attach'), detach: verb('attachment', 'detach') },
    provisioning: {
      plan: verb('provisioning', 'plan'),
      provision: verb('provisioning', 'provision'),
      update: verb('provisioning', 'update'),
      inspect: verb('provisioning', 'inspect'),
      deprovision: verb('provisioning', 'deprovision'),
    },
    power: { start: verb('power', 'start'), stop: verb('power', 'stop') },
    nodes: { list: stream('nodes', 'list') },
    jobs: {
      ...working('jobs'),
      submit: verb('jobs', 'submit'),
      cancel: verb('jobs', 'cancel'),
      outputs: stream('jobs', 'outputs'),
      release: verb('jobs', 'release'),
    },
    services: {
      ...working('services'),
      deploy: verb('services', 'deploy'),
      update: verb('services', 'update'),
      connect: verb('services', 'connect'),
      invoke: verb('services', 'invoke'),
      undeploy: verb('services', 'undeploy'),
    },
    owned: { list: stream('owned', 'list'), remove: verb('owned', 'remove') },
  };
}
