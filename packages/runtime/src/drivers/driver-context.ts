import { join } from 'node:path';
import type { ContextFactory } from '@destino/core';
import type { Clock, Content, Images, Logger, Question, Staging } from '@destino/core/driver';
import type { Owner } from '@destino/core/model';
import { helperScript } from '@destino/helper';
import type { SecretStore } from '../secrets/secret-store.ts';

export type ContextParts = {
  logger: Logger;
  clock: Clock;
  secrets: SecretStore;
  content: Content;
  owner: Owner;
  /** Working folders of targets lie below. */
  workFolder: string;
  staging?: Staging | undefined;
  images: Images;
  ask?: ((question: Question) => Promise<string>) | undefined;
};

/** Makes what a driver is given for one target. */
export function contextFactory({ workFolder, ask, staging, ...shared }: ContextParts): ContextFactory {
  return ({ name }) => ({
    ...shared,
    fetch: (...call: Parameters<typeof fetch>) => fetch(...call),
    workDir: join(workFolder, encodeURIComponent(name).replaceAll('.', '%2E')),
    helper: { ...helperScript(), image: () => undefined },
    ...(ask !== undefined && { ask }),
    ...(staging !== undefined && { staging }),
  });
}
