import { DestinoError } from '../errors/index.ts';
import { handleSchema, maxHandleBytes, type Handle } from '../model/index.ts';
import { contractFault, readAs } from './guard-errors.ts';
import type { CallName, GuardScope } from './guard-options.ts';

const encoder = new TextEncoder();

function versionError(scope: GuardScope, call: CallName, text: string, cause?: unknown): DestinoError {
  const { kind } = scope.driver;
  return new DestinoError('state-version', text, { op: call.op, kind, cause, hint: `use the version of the driver '${kind}' that wrote it, or a newer one` });
}

function migrated(handle: Handle, scope: GuardScope, call: CallName): Handle {
  const { driver } = scope;
  const text = `the handle '${handle.id}' has state version ${handle.stateVersion}; the driver '${driver.kind}' reads ${driver.stateVersion}`;
  if (handle.stateVersion > driver.stateVersion || driver.migrateState === undefined) throw versionError(scope, call, text);
  const parsed = driver.stateSchema.safeParse(driver.migrateState(handle.state, handle.stateVersion));
  if (!parsed.success) throw versionError(scope, call, `${text}, and could not migrate it`, parsed.error);
  return readAs(handleSchema, { ...handle, stateVersion: driver.stateVersion, state: parsed.data }, 'the migrated handle', scope, call);
}

/**
 * A handle on its way to the driver: of its kind, its state in the driver's current version.
 * @throws `contract` for one of another kind or shape, `state-version` for one that this driver cannot read.
 */
export function handleIn(value: unknown, scope: GuardScope, call: CallName): Handle {
  const handle = readAs(handleSchema, value, 'the handle given', scope, call);
  const { driver } = scope;
  if (handle.kind !== driver.kind) throw contractFault(scope, call, `the handle '${handle.id}' is of kind '${handle.kind}'`);
  if (handle.stateVersion !== driver.stateVersion) return migrated(handle, scope, call);
  readAs(driver.stateSchema, handle.state, `the state of the handle '${handle.id}'`, scope, call);
  return handle;
}

/** A handle that the driver answers. @throws `contract` where it could not be stored and read back as it is. */
export function handleOut(value: unknown, scope: GuardScope, call: CallName): Handle {
  const handle = readAs(handleSchema, value, 'the handle answered', scope, call);
  const { driver } = scope;
  if (handle.kind !== driver.kind) throw contractFault(scope, call, `it answered a handle of kind '${handle.kind}'`);
  if (handle.stateVersion !== driver.stateVersion) {
    throw contractFault(scope, call, `it answered a handle of state version ${handle.stateVersion}, not ${driver.stateVersion}`);
  }
  readAs(driver.stateSchema, handle.state, 'the state of the handle answered', scope, call);
  const text = JSON.stringify(handle);
  const sizeBytes = encoder.encode(text).length;
  if (sizeBytes > maxHandleBytes) throw contractFault(scope, call, `it answered a handle of ${sizeBytes} bytes; the most is ${maxHandleBytes}`);
  return JSON.parse(text) as Handle;
}
