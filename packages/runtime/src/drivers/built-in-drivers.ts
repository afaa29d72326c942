import type { AnyDriver } from '@destino/core/driver';
import { driver as local } from '@destino/driver-local';
import { driver as ssh } from '@destino/driver-ssh';

/** The drivers that come with Destino. */
export function builtInDrivers(): AnyDriver[] {
  return process.platform === 'win32' ? [ssh] : [local, ssh];
}
