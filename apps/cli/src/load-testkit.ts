import { DestinoError } from '@destino/core/errors';
import type * as Kit from '@destino/driver-testkit';
import type * as NewDriver from '@destino/driver-testkit/new-driver';

/** The conformance kit: a package beside this one, which only authors of drivers need. */
export async function loadTestkit(): Promise<typeof Kit> {
  return await beside(async () => await import('@destino/driver-testkit'));
}

export async function loadNewDriver(): Promise<typeof NewDriver> {
  return await beside(async () => await import('@destino/driver-testkit/new-driver'));
}

async function beside<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new DestinoError('not-found', 'the conformance kit is not installed beside destino', {
      hint: 'npm install --save-dev @destino/driver-testkit, or --global where destino is',
      cause,
    });
  }
}
