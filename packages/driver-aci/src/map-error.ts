import { mapArmError } from '@destino/azure';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import type { AciConfig } from './config.ts';

/** The one place where failures of the platform become ours. */
export type Told = <T>(what: string, options: CallOptions | undefined, work: () => Promise<T>) => Promise<T>;

/** @throws `aborted` when the caller has stopped waiting already. */
export function heed({ signal }: CallOptions = {}): void {
  if (signal?.aborted === true) throw new DestinoError('aborted', 'the call was stopped', { cause: signal.reason });
}

export function teller({ subscription_id: subscription, resource_group: group, location }: AciConfig): Told {
  return async (what, options, work) => {
    heed(options);
    try {
      return await work();
    } catch (error) {
      if (options?.signal?.aborted === true && !isDestinoError(error)) throw new DestinoError('aborted', `could not ${what}: the call was stopped`, { cause: error });
      throw mapArmError(error, { what, scope: `${subscription}/${group}/${location}` });
    }
  };
}

/** The answer, or `undefined` where there is no such thing. */
export async function unlessAbsent<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if ((error as { statusCode?: unknown }).statusCode === 404) return undefined;
    throw error;
  }
}
