import { contractVersion, type AnyDriver } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';

/** The drivers of one runtime, by kind. */
export class DriverRegistry {
  readonly #drivers = new Map<string, AnyDriver>();

  constructor(drivers: Iterable<AnyDriver> = []) {
    for (const driver of drivers) this.add(driver);
  }

  /**
   * @throws `contract` for a driver of another major version of the contract, naming both; `conflict` when the kind is
   * taken.
   */
  add(driver: AnyDriver): void {
    const { kind } = driver;
    const version: unknown = driver.contract;
    if (version !== contractVersion) {
      throw new DestinoError('contract', `the driver '${kind}' speaks version ${String(version)} of the driver contract; this Destino speaks ${contractVersion}`, {
        kind,
        hint: Number(version) > contractVersion ? 'update Destino' : 'update the package of the driver',
      });
    }
    if (this.#drivers.has(kind)) throw new DestinoError('conflict', `two drivers are called '${kind}'`, { kind, hint: 'remove one of the two: destino driver list' });
    this.#drivers.set(kind, driver);
  }

  get(kind: string): AnyDriver | undefined {
    return this.#drivers.get(kind);
  }

  list(): AnyDriver[] {
    return [...this.#drivers.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }
}
