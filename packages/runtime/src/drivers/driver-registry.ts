import { contractVersion, type AnyDriver } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Conformance } from './conformance-of.ts';
import type { PluginState } from '../plugins/plugin-state.ts';

/** The drivers of one runtime, by kind. */
export class DriverRegistry {
  readonly #drivers = new Map<string, AnyDriver>();
  /** The plugins that files name, whatever became of them. */
  readonly plugins: readonly PluginState[];

  constructor(drivers: Iterable<AnyDriver> = [], plugins: readonly PluginState[] = []) {
    this.plugins = plugins;
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

  /** Why nobody knows a kind: that, and the plugins that were not loaded, of which one may be its own. */
  missing(kind: string): DestinoError {
    const [first, ...more] = this.plugins.flatMap(({ error }) => (error === undefined ? [] : [error]));
    if (first === undefined) return new DestinoError('unsupported', `no driver for kind '${kind}' is loaded`, { kind, hint: 'see what is loaded: destino driver list; more by: destino plugin add PACKAGE' });
    const others = more.length === 0 ? '' : `, and ${more.length} more: destino plugin list`;
    return new DestinoError('unsupported', `no driver for kind '${kind}' is loaded; ${first.message}${others}`, { kind, hint: first.hint, cause: first });
  }

  /** What the package of a kind brings to be tried on, with the conformance kit; undefined where it brings nothing. */
  async conformance(kind: string): Promise<Conformance | undefined> {
    return await (await import('./conformance-of.ts')).conformanceOf(kind, this.plugins.find(({ kinds }) => kinds.includes(kind)));
  }

  get(kind: string): AnyDriver | undefined {
    return this.#drivers.get(kind);
  }

  list(): AnyDriver[] {
    return [...this.#drivers.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }
}
