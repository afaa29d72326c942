import { capabilitiesSchema, contractVersion, traitsSchema, type AnyDriver, type ComputeTarget } from '@destino/core/driver';
import { DestinoError, errorToData, isDestinoError } from '@destino/core/errors';
import type { Problem } from '@destino/core/model';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isSchema = (value: unknown): boolean => isFields(value) && typeof value['safeParse'] === 'function' && typeof value['parse'] === 'function';

/**
 * The drivers that a plugin's module exports as `driver` or `drivers`, each wrapped so that its faults carry the
 * plugin's name. @throws `contract` for anything else, and for drivers of another version of the contract.
 */
export function driversOf(name: string, module: Fields): AnyDriver[] {
  const found: unknown[] = Array.isArray(module['drivers']) ? module['drivers'] : module['driver'] === undefined ? [] : [module['driver']];
  if (found.length === 0) throw broken(name, `exports neither 'driver' nor 'drivers'`, `it exports ${Object.keys(module).join(', ') || 'nothing'}`);
  return found.map((each, index) => wrap(name, checked(name, each, index)));
}

function broken(name: string, what: string, why: string): DestinoError {
  return new DestinoError('contract', `the plugin '${name}' ${what}: ${why}`, { scope: name, hint: `update it: destino plugin add ${name}@latest` });
}

function checked(name: string, value: unknown, index: number): AnyDriver {
  if (!isFields(value)) throw broken(name, `gives something that is no driver`, `its ${index + 1}. driver is ${value === null ? 'null' : typeof value}`);
  const { kind, contract } = value;
  if (contract !== contractVersion) throw otherContract(name, String(kind), contract);
  const faults = faultsOf(value);
  if (faults.length > 0) throw broken(name, `has a driver that breaks the contract`, faults.join('; '));
  return value as unknown as AnyDriver;
}

function otherContract(name: string, kind: string, contract: unknown): DestinoError {
  const hint = Number(contract) > contractVersion ? 'update Destino: npm install --global destino@latest' : `update the plugin: destino plugin add ${name}@latest`;
  return new DestinoError('contract', `the plugin '${name}' speaks version ${String(contract)} of the driver contract for '${kind}'; this Destino speaks ${contractVersion}`, { scope: name, kind, hint });
}

function faultsOf(value: Fields): string[] {
  const faults: string[] = [];
  if (typeof value['kind'] !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value['kind'])) faults.push(`its kind is not kebab-case: ${JSON.stringify(value['kind']) ?? 'undefined'}`);
  const capabilities = capabilitiesSchema.safeParse(value['capabilities']);
  if (!capabilities.success) faults.push(`capabilities: ${capabilities.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ')}`);
  const traits = traitsSchema.safeParse(value['traits']);
  if (!traits.success) faults.push(`traits: ${traits.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ')}`);
  for (const schema of ['configSchema', 'stateSchema']) if (!isSchema(value[schema])) faults.push(`${schema} is no zod schema`);
  for (const verb of ['check', 'open']) if (typeof value[verb] !== 'function') faults.push(`${verb} is no function`);
  if (!Number.isInteger(value['stateVersion']) || Number(value['stateVersion']) < 1) faults.push('stateVersion is not a positive integer');
  return faults;
}

/** What a plugin throws, or gives in place of a target, is told with its name; the rest is the guard's work. */
function wrap(name: string, driver: AnyDriver): AnyDriver {
  const { kind } = driver;
  return Object.freeze({
    ...driver,
    check: (...call: Parameters<AnyDriver['check']>): Problem[] => {
      const answer: unknown = told(name, kind, 'check', () => driver.check(...call));
      if (Array.isArray(answer)) return answer as Problem[];
      throw nonsense(name, kind, 'check', 'no list of problems');
    },
    open: (...call: Parameters<AnyDriver['open']>): ComputeTarget => {
      const target: unknown = told(name, kind, 'open', () => driver.open(...call));
      const dispose = Symbol.asyncDispose in Object(target) && typeof (target as ComputeTarget)[Symbol.asyncDispose] === 'function';
      if (isFields(target) && typeof target['probe'] === 'function' && dispose) return target as unknown as ComputeTarget;
      throw nonsense(name, kind, 'open', 'no target: it needs probe and [Symbol.asyncDispose]');
    },
  });
}

function told<T>(name: string, kind: string, op: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isDestinoError(error)) throw error;
    throw new DestinoError('internal', `the driver '${kind}' of the plugin '${name}' failed in ${op}: ${errorToData(error).message}`, { scope: name, kind, op, cause: error, hint: `tell the author of ${name}` });
  }
}

function nonsense(name: string, kind: string, op: string, what: string): DestinoError {
  return new DestinoError('contract', `the driver '${kind}' of the plugin '${name}' answered ${op} with ${what}`, { scope: name, kind, op, hint: `tell the author of ${name}` });
}
