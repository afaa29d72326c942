import type { CapabilityName } from '../driver/index.ts';
import { DestinoError } from '../errors/index.ts';
import type { CallName, GuardScope } from './guard-options.ts';

/** The error of a call that the kind does not declare, with the driver's own reason. */
export function unsupported(scope: GuardScope, call: CallName, name: CapabilityName): DestinoError {
  const { kind, capabilities } = scope.driver;
  const answer = capabilities[name];
  const reason = answer === true ? 'it is declared but not there' : answer.unsupported;
  return new DestinoError('unsupported', `targets of kind '${kind}' cannot do ${call.op}: ${reason}`, {
    op: call.op,
    kind,
    details: { capability: name },
    hint: 'see what each kind can do: destino driver list',
  });
}

/** @throws `unsupported` when the kind does not declare `name`. */
export function need(scope: GuardScope, call: CallName, name: CapabilityName): void {
  if (scope.driver.capabilities[name] !== true) throw unsupported(scope, call, name);
}

/** A verb of a facet that the kind does not have: it rejects with the reason. */
export function refusingVerb(scope: GuardScope, op: string, name: CapabilityName): () => Promise<never> {
  return async () => {
    throw unsupported(scope, { op }, name);
  };
}

/** A verb of such a facet that answers many items. */
export function refusingStream(scope: GuardScope, op: string, name: CapabilityName): () => AsyncIterable<never> {
  return () => ({
    [Symbol.asyncIterator]: () => ({ next: refusingVerb(scope, op, name) }),
  });
}
