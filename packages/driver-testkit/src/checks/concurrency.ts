import type { ComputeTarget } from '@destino/core/driver';
import { equal, present, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';

const managed = { capabilities: ['provision'], tools: ['openFresh'] } as const;

async function both(trial: Trial, name: string, exists: boolean): Promise<[ComputeTarget, ComputeTarget]> {
  return [await trial.openFresh({ name, exists }), await trial.openFresh({ name, exists })];
}

/** Semantics 2 and 5 for targets themselves, from several processes. */
export const concurrencyChecks: readonly Check[] = [
  {
    id: 'provision.two-processes',
    sentence: 'The same key from two processes at once makes one target, which becomes ready.',
    semantic: 2,
    needs: managed,
    run: async (trial) => {
      const [a, b] = await both(trial, trial.newName(), false);
      const effect = trial.effect();
      const [first, second] = [present(a.provisioning, 'the provisioning facet'), present(b.provisioning, 'the provisioning facet')];
      const [one, two] = await Promise.all([first.provision(effect), second.provision(effect)]);
      equal(two.handle.id, one.handle.id, 'the id of the second handle');
      await trial.until(() => first.inspect(one.handle), (seen) => seen.seen === 'yes' && seen.state === 'ready', 'the target ready');
    },
  },
  {
    id: 'provision.absent',
    sentence: 'A target that was deprovisioned is gone or absent, and never an error, to a new process too.',
    semantic: 5,
    needs: managed,
    run: async (trial) => {
      const [a, b] = await both(trial, trial.newName(), false);
      const provisioning = present(a.provisioning, 'the provisioning facet');
      const { handle } = await provisioning.provision(trial.effect());
      await trial.until(() => provisioning.inspect(handle), (seen) => seen.seen === 'yes' && seen.state === 'ready', 'the target ready');
      await provisioning.deprovision(handle, trial.effect());
      const gone = await trial.until(() => present(b.provisioning, 'the provisioning facet').inspect(handle), (seen) => seen.seen === 'absent' || (seen.seen === 'yes' && seen.state === 'gone'), 'the target gone');
      that(gone.seen !== 'unknown', 'unknown');
    },
  },
  {
    id: 'provision.update',
    sentence: 'update brings the target back to ready, and the same key may be given again.',
    semantic: 2,
    needs: { capabilities: ['provision', 'update'], tools: ['openFresh'] },
    run: async (trial) => {
      const [a] = await both(trial, trial.newName(), false);
      const provisioning = present(a.provisioning, 'the provisioning facet');
      const { handle } = await provisioning.provision(trial.effect());
      const ready = () => trial.until(() => provisioning.inspect(handle), (seen) => seen.seen === 'yes' && seen.state === 'ready', 'the target ready');
      await ready();
      const update = present(provisioning.update, 'update').bind(provisioning);
      const effect = trial.effect();
      const first = await update(handle, effect);
      const second = await update(first.handle, effect);
      equal(second.handle.id, handle.id, 'the id after the updates');
      await ready();
    },
  },
  {
    id: 'attach.same-key',
    sentence: 'attach under the same key answers the same target, also from another process.',
    semantic: 2,
    needs: { capabilities: ['attach'], tools: ['openFresh'] },
    run: async (trial) => {
      const [a, b] = await both(trial, trial.newName(), true);
      const effect = trial.effect();
      const first = await present(a.attachment, 'the attachment facet').attach(effect);
      const second = await present(b.attachment, 'the attachment facet').attach(effect);
      equal(second.handle.id, first.handle.id, 'the id of the second handle');
    },
  },
];
