import type { Services } from '@destino/core/driver';
import { serviceInspectionSchema, type Handle, type ServiceView } from '@destino/core/model';
import { equal, present, rejects, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';

const needs = { capabilities: ['services'], tools: ['makeService'] } as const;

async function view(services: Services, handle: Handle): Promise<ServiceView | undefined> {
  const [seen] = await services.inspect([handle]);
  that(serviceInspectionSchema.safeParse(seen).success, `not an inspection: ${JSON.stringify(seen)}`);
  survivesJson(seen, 'the view');
  return seen?.seen === 'yes' ? seen : undefined;
}

async function healthy(trial: Trial, services: Services, handle: Handle, revision: number): Promise<ServiceView> {
  const done = (seen: ServiceView | undefined): boolean => seen?.state === 'healthy' && seen.revision === revision;
  return present(await trial.until(() => view(services, handle), done, `revision ${revision} healthy`), 'the view');
}

async function deployed(trial: Trial, revision: number): Promise<{ services: Services; handle: Handle; name: string; key: string }> {
  const services = await trial.openServices();
  const [name, { key }] = [trial.newName(), trial.effect()];
  const handle = await trial.deploy(services, name, revision, key);
  await healthy(trial, services, handle, revision);
  return { services, handle, name, key };
}

function spec(trial: Trial, name: string, revision: number): ReturnType<NonNullable<typeof trial.subject.makeService>> {
  return present(trial.subject.makeService, 'makeService').call(trial.subject, name, revision);
}

/** Services: semantics 2, 8, 12 and 14. */
export const serviceChecks: readonly Check[] = [
  {
    id: 'services.healthy',
    sentence: 'A deployed service becomes healthy with all its copies, seen from another process.',
    semantic: 4,
    needs,
    run: async (trial) => {
      const { handle } = await deployed(trial, 1);
      const { copies } = await healthy(trial, await trial.openServices(), handle, 1);
      equal([copies.ready, copies.failed], [copies.want, 0], 'ready and failed copies');
    },
  },
  {
    id: 'services.same-key',
    sentence: 'The same key again answers the same service, though it was updated since.',
    semantic: 2,
    needs,
    run: async (trial) => {
      const { services, handle, name, key } = await deployed(trial, 1);
      await services.update(handle, spec(trial, name, 2), trial.effect());
      await healthy(trial, services, handle, 2);
      const other = await trial.openServices();
      const again = await trial.deploy(other, name, 1, key);
      equal(again.id, handle.id, 'the id');
      await trial.pause(200);
      equal((await view(other, again))?.revision, 2, 'the revision after the repeated deploy');
    },
  },
  {
    id: 'services.conflict',
    sentence: "deploy over a service without our key is a 'conflict'.",
    semantic: 2,
    needs,
    run: async (trial) => {
      const { name } = await deployed(trial, 1);
      const other = await trial.openServices();
      await rejects(other.deploy(spec(trial, name, 2), trial.effect()), 'conflict', 'deploying under a taken name');
    },
  },
  {
    id: 'services.find',
    sentence: 'find answers the service by its key from another process, and nothing for a new key.',
    semantic: 3,
    needs,
    run: async (trial) => {
      const { handle, key } = await deployed(trial, 1);
      const other = await trial.openServices();
      const found = await trial.until(() => other.find(key), (seen) => seen.found, 'finding the service');
      equal(found.found && found.handle.id, handle.id, 'the id');
      equal((await other.find(trial.effect().key)).found, false, 'found under a new key');
    },
  },
  {
    id: 'services.update',
    sentence: 'update brings the service to a larger revision.',
    semantic: 2,
    needs,
    run: async (trial) => {
      const { services, handle, name } = await deployed(trial, 1);
      const updated = await services.update(handle, spec(trial, name, 2), trial.effect());
      survivesJson(updated.handle, 'the handle');
      await healthy(trial, services, updated.handle, 2);
    },
  },
  {
    id: 'services.never-back',
    sentence: 'A smaller revision never replaces a larger one, from wherever it comes.',
    semantic: 2,
    needs,
    run: async (trial) => {
      const { services, handle, name } = await deployed(trial, 3);
      await (await trial.openServices()).update(handle, spec(trial, name, 2), trial.effect());
      await trial.pause(200);
      equal((await view(services, handle))?.revision, 3, 'the revision');
    },
  },
  {
    id: 'services.logs',
    sentence: 'The log of a running service, without follow, ends at what there is.',
    semantic: 9,
    needs,
    run: async (trial) => {
      const { services, handle } = await deployed(trial, 1);
      for (const record of await trial.collect(services.logs(handle, { follow: false }))) that(record.source !== '', 'a record without a source');
      equal((await view(services, handle))?.state, 'healthy', 'the state');
    },
  },
  {
    id: 'services.connect',
    sentence: 'connect gives an origin that answers from here until it is closed, or says why there is none.',
    semantic: 14,
    needs,
    run: async (trial) => {
      const { services, handle } = await deployed(trial, 1);
      const connection = await services.connect(handle);
      if ('none' in connection) {
        that(connection.none.text !== '', 'no reason for having no connection');
        return;
      }
      that(/^https?:/.test(new URL(connection.origin).protocol), `'${connection.origin}' is no origin`);
      try {
        const answer = await fetch(connection.origin);
        await answer.arrayBuffer();
      } finally {
        await connection.close();
      }
    },
  },
  {
    id: 'services.connect-none',
    sentence: 'connect to a service that is gone answers that there is none.',
    semantic: 14,
    needs,
    run: async (trial) => {
      const { services, handle } = await deployed(trial, 1);
      await services.undeploy(handle);
      const connection = await trial.until(() => services.connect(handle), (seen) => 'none' in seen, 'the end of the connection');
      that('none' in connection && connection.none.code !== '', 'no reason for having no connection');
    },
  },
  {
    id: 'services.invoke',
    sentence: 'invoke carries a request to the service and its answer back.',
    semantic: 14,
    needs: { capabilities: ['services', 'services.invoke'], tools: ['makeService', 'sampleRequest'] },
    run: async (trial) => {
      const { services, handle } = await deployed(trial, 1);
      const invoke = present(services.invoke, 'invoke').bind(services);
      const answer = await invoke(handle, present(trial.subject.sampleRequest, 'sampleRequest'));
      that(answer.status >= 200 && answer.status < 300, `the service answered ${answer.status}`);
      that(answer.body instanceof Uint8Array, 'the body is not bytes');
    },
  },
  {
    id: 'services.undeploy-twice',
    sentence: 'undeploy removes the service, and may be repeated.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const { services, handle } = await deployed(trial, 1);
      await services.undeploy(handle);
      await services.undeploy(handle);
      await trial.until(() => view(services, handle), (seen) => seen === undefined || seen.state === 'gone', 'the service gone');
    },
  },
];
