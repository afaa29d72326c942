import { jobLineOf, type JobLine, type JobQuery } from '@destino/core';
import type { Page } from '@destino/core/store';
import { hasUnsupervised } from './has-unsupervised.ts';
import { readHostId } from './machine/host-id.ts';
import { openWorkspaceStore, type WhichWorkspace } from './workspace/open-store.ts';

/** The jobs of a workspace as lines of a list: what needs neither the engine nor drivers, and opens in no time. */
export type Listing = AsyncDisposable & {
  /** A page of jobs, as `engine.jobs` gives it, without what only a whole job has. */
  jobs(query: JobQuery): Promise<Page<JobLine>>;
  /** Whether something is unfinished that nobody looks after: then a host is to see to it before it is shown. */
  needsEngine(): Promise<boolean>;
};

/**
 * Opens the store of a workspace to list what is in it.
 * @throws what `createDestino` throws.
 */
export async function openListing(which: WhichWorkspace): Promise<Listing> {
  const { store, places } = await openWorkspaceStore(which);
  return {
    async jobs(query) {
      const page = await store.list({ ...query, type: 'job' });
      return { ...page, items: page.items.map(jobLineOf) };
    },
    needsEngine: async () => await hasUnsupervised(store, () => readHostId(places.root)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
