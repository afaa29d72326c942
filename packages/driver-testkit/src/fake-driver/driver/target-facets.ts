import type { Attachment, Nodes, Owned, Power, Provisioning } from '@destino/core/driver';
import type { Handle } from '@destino/core/model';
import { targetName } from './refs.ts';
import type { Session } from './session.ts';

function ownHandle(session: Session): Handle {
  return session.handle(session.targetName, { what: 'target', name: session.targetName });
}

type Keyed = { key: string; fence: number };

function targetCall(session: Session, name: string, { key, fence }: Keyed): { name: string; key: string } & ReturnType<Session['caller']> {
  return { ...session.caller(fence), name, key };
}

export function fakeAttachment(session: Session): Attachment {
  return {
    attach: (options) =>
      session.run({ op: 'attachment.attach', key: options.key, fence: options.fence }, options, async () => {
        await session.link.attachTarget(targetCall(session, session.targetName, options));
        return { handle: ownHandle(session) };
      }),
    detach: (handle, options) =>
      session.run({ op: 'attachment.detach', handles: [handle] }, options, () =>
        session.link.detachTarget({ name: targetName(handle), owner: session.context.owner, host: session.host }),
      ),
  };
}

export function fakeProvisioning(session: Session): Provisioning {
  const { link } = session;
  return {
    plan: (handle, options) =>
      session.run({ op: 'provisioning.plan', ...(handle !== undefined && { handles: [handle] }) }, options, async () => {
        const there = await link.readTarget({ name: session.targetName });
        const action = there.seen === 'yes' ? 'keep' : 'make';
        return { changes: [{ action, what: `target ${session.targetName}` }], problems: [], keepsCosting: [] };
      }),
    provision: (options) =>
      session.run({ op: 'provisioning.provision', key: options.key, fence: options.fence }, options, async () => {
        await link.provisionTarget(targetCall(session, session.targetName, options));
        return { handle: ownHandle(session) };
      }),
    update: (handle, options) =>
      session.run({ op: 'provisioning.update', key: options.key, fence: options.fence, handles: [handle] }, options, async () => {
        await link.updateTarget(targetCall(session, targetName(handle), options));
        return { handle };
      }),
    inspect: (handle, options) =>
      session.run({ op: 'provisioning.inspect', handles: [handle] }, options, async (tweak) => {
        const view = tweak.absent === true ? undefined : await link.readTarget({ name: targetName(handle) });
        if (view === undefined) return { seen: 'absent', conclusive: false, reasons: [] };
        if (view.seen === 'absent') return view;
        const refusal = { code: 'target-not-ready', text: `the target is ${view.state}` };
        const answer = view.state === 'ready' ? (true as const) : refusal;
        return { ...view, accepts: { jobs: answer, services: answer } };
      }),
    deprovision: (handle, options) =>
      session.run({ op: 'provisioning.deprovision', key: options.key, fence: options.fence, handles: [handle] }, options, () =>
        link.deprovisionTarget(targetCall(session, targetName(handle), options)),
      ),
  };
}

export function fakePower(session: Session): Power {
  const turn = (op: string, on: boolean): Power['start'] => (handle, options) =>
    session.run({ op, key: options.key, fence: options.fence, handles: [handle] }, options, () =>
      session.link.powerTarget({ ...targetCall(session, targetName(handle), options), on }),
    );
  return { start: turn('power.start', true), stop: turn('power.stop', false) };
}

export function fakeNodes(session: Session): Nodes {
  return {
    list: async function* (_handle, options) {
      const count = await session.run({ op: 'nodes.list' }, options, () => session.link.settings.slots ?? 1);
      for (let node = 0; node < count; node += 1) yield { id: `node-${node}`, state: 'ready', rawState: 'Idle', attributes: {} };
    },
  };
}

export function fakeOwned(session: Session): Owned {
  const { owner } = session.context;
  return {
    list: async function* (options) {
      yield* await session.run({ op: 'owned.list' }, options, () => session.link.listOwned({ owner }));
    },
    remove: (thing, options) =>
      session.run({ op: 'owned.remove' }, options, () => session.link.removeOwned({ owner, id: thing.id, what: thing.what, host: session.host })),
  };
}
