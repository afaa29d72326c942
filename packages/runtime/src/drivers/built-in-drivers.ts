import type { AnyDriver } from '@destino/core/driver';
import { driver as local } from '@destino/driver-local';

/** The drivers that come with Destino. */
export function builtInDrivers(): AnyDriver[] {
  return process.platform === 'win32' ? [] : [local];
}
