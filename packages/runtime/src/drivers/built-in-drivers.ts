import type { AnyDriver } from '@destino/core/driver';
import { driver as aci } from '@destino/driver-aci';
import { driver as local } from '@destino/driver-local';
import { driver as ssh } from '@destino/driver-ssh';

/** The drivers that come with Destino. */
export function builtInDrivers(): AnyDriver[] {
  return process.platform === 'win32' ? [aci, ssh] : [aci, local, ssh];
}
