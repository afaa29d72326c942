import { z } from 'zod';
import type { Attachment, CallOptions, EffectOptions, Nodes, Owned, Power, Provisioning } from '../driver/index.ts';
import { nodeSchema, ownedThingSchema, targetInspectionSchema, targetPlanSchema, type Handle } from '../model/index.ts';
import { effectSchema } from './answer-schemas.ts';
import { readAs } from './guard-errors.ts';
import { handleIn, handleOut } from './guard-handles.ts';
import { handleVerb } from './guard-jobs.ts';
import type { CallName, GuardScope } from './guard-options.ts';
import { effectAnswer } from './guard-services.ts';
import { guardedCall } from './guarded-call.ts';
import { guardedIterable } from './guarded-iterable.ts';
import { refusingVerb } from './unsupported.ts';

export function guardAttachment(scope: GuardScope, attachment: Attachment): Attachment {
  return {
    attach: (options) => {
      const call = { op: 'attachment.attach' };
      return guardedCall(scope, call, options.signal, { start: (signal) => effectAnswer(options, signal, scope, call, (read) => attachment.attach(read)) });
    },
    detach: (handle, options) =>
      handleVerb(scope, 'attachment.detach', z.object({}), (each, more: CallOptions) => attachment.detach(each, more))(handle, options ?? {}),
  };
}

function optionalHandle(handle: Handle | undefined, scope: GuardScope, call: CallName): Handle | undefined {
  return handle === undefined ? undefined : handleIn(handle, scope, call);
}

function readVerbs(scope: GuardScope, provisioning: Provisioning): Pick<Provisioning, 'plan' | 'inspect'> {
  return {
    plan: (handle, options) => {
      const call = { op: 'provisioning.plan', ...(handle !== undefined && { handleIds: [handle.id] }) };
      return guardedCall(scope, call, options?.signal, {
        start: async (signal) => readAs(targetPlanSchema, await provisioning.plan(optionalHandle(handle, scope, call), { signal }), 'its answer', scope, call),
      });
    },
    inspect: (handle, options) => {
      const call = { op: 'provisioning.inspect', handleIds: [handle.id] };
      return guardedCall(scope, call, options?.signal, {
        start: async (signal) => {
          const asked = handleIn(handle, scope, call);
          const view = readAs(targetInspectionSchema, await provisioning.inspect(asked, { signal }), 'its answer', scope, call);
          if (view.seen !== 'yes') return view;
          const newer = view.handle === undefined ? (asked === handle || asked.stateVersion === handle.stateVersion ? undefined : asked) : handleOut(view.handle, scope, call);
          return newer === undefined ? view : { ...view, handle: newer };
        },
      });
    },
  };
}

export function guardProvisioning(scope: GuardScope, provisioning: Provisioning): Provisioning {
  const { update } = provisioning;
  return {
    ...readVerbs(scope, provisioning),
    provision: (options) => {
      const call = { op: 'provisioning.provision' };
      return guardedCall(scope, call, options.signal, { start: (signal) => effectAnswer(options, signal, scope, call, (read) => provisioning.provision(read)) });
    },
    update:
      update === undefined
        ? refusingVerb(scope, 'provisioning.update', 'update')
        : (handle, options) => {
            const call = { op: 'provisioning.update', handleIds: [handle.id] };
            const ask = (read: EffectOptions): Promise<{ handle: Handle }> => update.call(provisioning, handleIn(handle, scope, call), read);
            return guardedCall(scope, call, options.signal, { start: (signal) => effectAnswer(options, signal, scope, call, ask) });
          },
    deprovision: handleVerb(scope, 'provisioning.deprovision', effectSchema, (handle, options: EffectOptions) => provisioning.deprovision(handle, options)),
  };
}

export function guardPower(scope: GuardScope, power: Power): Power {
  return {
    start: handleVerb(scope, 'power.start', effectSchema, (handle, options: EffectOptions) => power.start(handle, options)),
    stop: handleVerb(scope, 'power.stop', effectSchema, (handle, options: EffectOptions) => power.stop(handle, options)),
  };
}

export function guardNodes(scope: GuardScope, nodes: Nodes): Nodes {
  return {
    list: (handle, options) => {
      const call = { op: 'nodes.list', ...(handle !== undefined && { handleIds: [handle.id] }) };
      return guardedIterable(scope, call, options?.signal, {
        start: (signal) => nodes.list(optionalHandle(handle, scope, call), { signal }),
        check: (node) => readAs(nodeSchema, node, 'a node', scope, call),
      });
    },
  };
}

export function guardOwned(scope: GuardScope, owned: Owned): Owned {
  return {
    list: (options) => {
      const call = { op: 'owned.list' };
      return guardedIterable(scope, call, options?.signal, {
        start: (signal) => owned.list({ signal }),
        check: (thing) => {
          const read = readAs(ownedThingSchema, thing, 'an owned thing', scope, call);
          return read.handle === undefined ? read : { ...read, handle: handleOut(read.handle, scope, call) };
        },
      });
    },
    remove: (thing, options) => {
      const call = { op: 'owned.remove' };
      return guardedCall(scope, call, options?.signal, {
        start: async (signal) => {
          await owned.remove(readAs(ownedThingSchema, thing, 'the thing given', scope, call), { signal });
        },
      });
    },
  };
}
