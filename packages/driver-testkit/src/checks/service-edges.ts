import { maxHandleBytes } from '@destino/core/model';
import { equal, present, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';

const needs = { capabilities: ['services'], tools: ['makeService'] } as const;

/** Services at their edges: just made, gone, many at once. */
export const serviceEdgeChecks: readonly Check[] = [
  {
    id: 'services.small-handle',
    sentence: "A service's handle is small data of the driver's kind and state version.",
    semantic: 4,
    needs,
    run: async (trial) => {
      const handle = await trial.deploy(await trial.openServices(), trial.newName(), 1);
      const { driver } = trial.subject;
      survivesJson(handle, 'the handle');
      equal([handle.kind, handle.stateVersion], [driver.kind, driver.stateVersion], 'kind and stateVersion');
      that(driver.stateSchema.safeParse(handle.state).success, 'the state does not fit stateSchema');
      that(Buffer.byteLength(JSON.stringify(handle)) <= maxHandleBytes, 'the handle is too large');
    },
  },
  {
    id: 'services.just-made',
    sentence: 'A service that was just deployed is never absent for sure.',
    semantic: 5,
    needs,
    run: async (trial) => {
      const handle = await trial.deploy(await trial.openServices(), trial.newName(), 1);
      const [view] = await (await trial.openServices()).inspect([handle]);
      that(view?.seen !== 'absent' || !view.conclusive, 'the service is absent, conclusively');
    },
  },
  {
    id: 'services.inspect-order',
    sentence: 'inspect answers every service in the order asked, one that is gone in between.',
    semantic: 7,
    needs,
    run: async (trial) => {
      const services = await trial.openServices();
      const [first, gone, second] = [await trial.deploy(services, trial.newName(), 1), await trial.deploy(services, trial.newName(), 1), await trial.deploy(services, trial.newName(), 2)];
      await services.undeploy(gone);
      const look = async () => (await services.inspect([second, gone, first, second])).map((view) => (view.seen === 'yes' && view.state !== 'gone' ? view.revision : 'none'));
      const seen = await trial.until(look, (views) => views[1] === 'none' && views[0] !== 'none' && views[2] !== 'none', 'one service gone, two there');
      equal(seen, [2, 'none', 1, 2], 'the revisions in order');
    },
  },
  {
    id: 'services.two-processes',
    sentence: 'The same key from two processes at once makes one service.',
    semantic: 2,
    needs,
    run: async (trial) => {
      const [a, b] = [await trial.openServices(), await trial.openServices()];
      const [name, { key }] = [trial.newName(), trial.effect()];
      const [first, second] = await Promise.all([trial.deploy(a, name, 1, key), trial.deploy(b, name, 1, key)]);
      equal(second.id, first.id, 'the id of the second handle');
    },
  },
  {
    id: 'services.stage',
    sentence: "A service's content may be staged again and again; what stage answers is data.",
    semantic: 6,
    needs,
    run: async (trial) => {
      const services = await trial.openServices();
      const spec = present(trial.subject.makeService, 'makeService').call(trial.subject, trial.newName(), 1);
      const { key } = trial.effect();
      for (const _time of [1, 2]) survivesJson(await services.stage?.(spec, { key, fence: 1 }), 'what was staged');
      equal((await services.find(key)).found, false, 'found after staging alone');
    },
  },
];
