import type { Attachment, Provisioning } from '@destino/core/driver';
import type { Handle, Owner, TargetState } from '@destino/core/model';
import { equal, present, rejects, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';

const managed = { capabilities: ['provision'], tools: ['openFresh'] } as const;
const stranger: Owner = { workspace: 'a-stranger', incarnation: 'of-another-store' };

async function provisioningOf(trial: Trial, name: string, owner?: Owner): Promise<Provisioning> {
  return present((await trial.openFresh({ name, exists: false, ...(owner !== undefined && { owner }) })).provisioning, 'the provisioning facet');
}

async function reaches(trial: Trial, provisioning: Provisioning, handle: Handle, state: TargetState): Promise<void> {
  const look = () => provisioning.inspect(handle);
  await trial.until(look, (seen) => (seen.seen === 'yes' ? seen.state === state : seen.seen === 'absent' && state === 'gone'), `the target ${state}`);
}

async function provisioned(trial: Trial, name: string): Promise<{ provisioning: Provisioning; handle: Handle; key: string }> {
  const provisioning = await provisioningOf(trial, name);
  const effect = trial.effect();
  const { handle } = await provisioning.provision(effect);
  await reaches(trial, provisioning, handle, 'ready');
  return { provisioning, handle, key: effect.key };
}

/** Semantics 2 and 12, for targets themselves. */
export const lifecycleChecks: readonly Check[] = [
  {
    id: 'provision.plan',
    sentence: 'plan says, as data, that a target will be made, and makes nothing.',
    semantic: 12,
    needs: managed,
    run: async (trial) => {
      const name = trial.newName();
      const provisioning = await provisioningOf(trial, name);
      const plan = await provisioning.plan(undefined);
      survivesJson(plan, 'the plan');
      that(plan.changes.some((change) => change.action === 'make'), `the plan makes nothing: ${JSON.stringify(plan)}`);
      equal((await provisioning.plan(undefined)).changes, plan.changes, 'the changes planned again');
    },
  },
  {
    id: 'provision.same-key',
    sentence: 'The same key again answers the same target, also from another process.',
    semantic: 2,
    needs: managed,
    run: async (trial) => {
      const name = trial.newName();
      const { handle, key } = await provisioned(trial, name);
      const again = await (await provisioningOf(trial, name)).provision(trial.effect(key));
      equal(again.handle.id, handle.id, 'the id of the target');
    },
  },
  {
    id: 'provision.conflict',
    sentence: "provision of what exists without our key is a 'conflict'.",
    semantic: 12,
    needs: managed,
    run: async (trial) => {
      const name = trial.newName();
      await provisioned(trial, name);
      const theirs = await provisioningOf(trial, name, stranger);
      await rejects(theirs.provision(trial.effect()), 'conflict', 'provisioning over the target of another');
    },
  },
  {
    id: 'deprovision.refuses-foreign',
    sentence: "deprovision refuses with 'conflict' what does not carry our mark, and leaves it.",
    semantic: 12,
    needs: managed,
    run: async (trial) => {
      const name = trial.newName();
      const { provisioning, handle } = await provisioned(trial, name);
      await rejects((await provisioningOf(trial, name, stranger)).deprovision(handle, trial.effect()), 'conflict', "deleting another's target");
      await reaches(trial, provisioning, handle, 'ready');
    },
  },
  {
    id: 'deprovision.twice',
    sentence: 'deprovision removes the target, and may be repeated.',
    semantic: 12,
    needs: managed,
    run: async (trial) => {
      const { provisioning, handle } = await provisioned(trial, trial.newName());
      await provisioning.deprovision(handle, trial.effect());
      await reaches(trial, provisioning, handle, 'gone');
      await provisioning.deprovision(handle, trial.effect());
    },
  },
  {
    id: 'attach.detach-keeps',
    sentence: 'detach lets go and destroys nothing: the target can be attached and reached again.',
    semantic: 12,
    needs: { capabilities: ['attach'], tools: ['openFresh'] },
    run: async (trial) => {
      const name = trial.newName();
      const target = await trial.openFresh({ name, exists: true });
      const attachment: Attachment = present(target.attachment, 'the attachment facet');
      const { handle } = await attachment.attach(trial.effect());
      survivesJson(handle, 'the handle');
      await attachment.detach(handle);
      await attachment.detach(handle);
      const again = await present((await trial.openFresh({ name, exists: true })).attachment, 'the attachment facet').attach(trial.effect());
      equal(again.handle.id, handle.id, 'the id of the target attached again');
    },
  },
  {
    id: 'power.cycle',
    sentence: 'stop and start lead to stopped and ready, and may be repeated.',
    semantic: 2,
    needs: { capabilities: ['provision', 'power'], tools: ['openFresh'] },
    run: async (trial) => {
      const name = trial.newName();
      const { provisioning, handle } = await provisioned(trial, name);
      const power = present((await trial.openFresh({ name, exists: false })).power, 'the power facet');
      await power.stop(handle, trial.effect());
      await reaches(trial, provisioning, handle, 'stopped');
      await power.stop(handle, trial.effect());
      await power.start(handle, trial.effect());
      await reaches(trial, provisioning, handle, 'ready');
    },
  },
];
