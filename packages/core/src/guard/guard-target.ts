import type { ComputeTarget } from '../driver/index.ts';
import { DestinoError } from '../errors/index.ts';
import { targetProbeSchema } from '../model/index.ts';
import { contractFault, readAs } from './guard-errors.ts';
import { guardJobs } from './guard-jobs.ts';
import type { GuardedDriver, GuardOptions, GuardScope } from './guard-options.ts';
import { guardServices } from './guard-services.ts';
import { guardAttachment, guardNodes, guardOwned, guardPower, guardProvisioning } from './guard-target-facets.ts';
import { guardedCall } from './guarded-call.ts';
import { facetCapability, refusingFacets, type FacetName, type Facets } from './refusing-facets.ts';

/** A target whose every facet is there: what its kind cannot do rejects with `unsupported` and the reason. */
export type GuardedTarget = Pick<ComputeTarget, 'probe' | typeof Symbol.asyncDispose> & Readonly<Facets>;

const facetNames = Object.keys(facetCapability) as FacetName[];

function checkFacets(scope: GuardScope, target: ComputeTarget): void {
  const faults = facetNames.flatMap((facet) => {
    const name = facetCapability[facet];
    const declared = scope.driver.capabilities[name] === true;
    if (declared === (target[facet] !== undefined)) return [];
    const message = declared ? `declared by the capability '${name}', but not there` : `there, but the capability '${name}' is not declared`;
    return [{ path: facet, message }];
  });
  if (faults.length > 0) throw contractFault(scope, { op: 'open' }, 'its facets are not those that it declares', faults);
}

function disposeOnce(scope: GuardScope, target: ComputeTarget): () => Promise<void> {
  let ending: Promise<void> | undefined;
  return () => {
    scope.disposal.abort(new DestinoError('aborted', `the target of kind '${scope.driver.kind}' was disposed`, { kind: scope.driver.kind }));
    ending ??= (async () => await target[Symbol.asyncDispose]())();
    return ending;
  };
}

/**
 * Wraps an opened target so that drivers can stay simple and the engine can trust them. Arguments and answers are
 * checked against the model, undeclared calls refused with the reason, each call raced with its signal and limited in
 * time, late results tidied, every error stamped with op and kind, every call traced without arguments or config.
 * Disposing ends what is still waited for (`aborted`) and may be repeated.
 * @throws `contract` when facets and capabilities disagree.
 */
export function guardTarget(target: ComputeTarget, driver: GuardedDriver, options: GuardOptions): GuardedTarget {
  const { logger, clock, onCall, limitMs = 60_000 } = options;
  const scope: GuardScope = { driver, logger, clock, onCall, limitMs, disposal: new AbortController() };
  checkFacets(scope, target);
  const refusing = refusingFacets(scope);
  const { attachment, provisioning, power, nodes, jobs, services, owned } = target;
  return {
    probe: (callOptions) => {
      const call = { op: 'probe' };
      return guardedCall(scope, call, callOptions?.signal, {
        start: async (signal) => readAs(targetProbeSchema, await target.probe({ signal }), 'its answer', scope, call),
      });
    },
    attachment: attachment === undefined ? refusing.attachment : guardAttachment(scope, attachment),
    provisioning: provisioning === undefined ? refusing.provisioning : guardProvisioning(scope, provisioning),
    power: power === undefined ? refusing.power : guardPower(scope, power),
    nodes: nodes === undefined ? refusing.nodes : guardNodes(scope, nodes),
    jobs: jobs === undefined ? refusing.jobs : guardJobs(scope, jobs),
    services: services === undefined ? refusing.services : guardServices(scope, services),
    owned: owned === undefined ? refusing.owned : guardOwned(scope, owned),
    [Symbol.asyncDispose]: disposeOnce(scope, target),
  };
}
