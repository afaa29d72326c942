import type { CallOptions, DriverContext } from '@destino/core/driver';
import type { Handle } from '@destino/core/model';
import { throwIfAborted, waitUnlessAborted, type CallHooks, type CallTweak } from '../call-hooks.ts';
import type { RemoteCaller, RemoteLink } from '../remote-api.ts';
import { readState, type FakeState } from './state.ts';

/** What every facet of one opened fake target shares. */
export interface Session {
  readonly link: RemoteLink;
  readonly context: DriverContext;
  readonly kind: string;
  readonly stateVersion: number;
  readonly targetName: string;
  readonly host: string;
  readonly followPollMs: number;
  /** Fires when the target is disposed. */
  readonly disposed: AbortSignal;
  /** Runs one call with the hooks around its effect. */
  run<T>(call: CallHead, options: CallOptions | undefined, effect: (tweak: CallTweak) => T | Promise<T>): Promise<T>;
  caller(fence: number): RemoteCaller;
  handle(id: string, state: FakeState): Handle;
}

export type CallHead = { op: string; key?: string; handles?: readonly Handle[]; fence?: number };

export type SessionOptions = Omit<Session, 'run' | 'caller' | 'handle'> & {
  hooks: CallHooks;
  /** Counts per op and key, shared by every target that the driver opens. */
  attempts: Map<string, number>;
  deaf: boolean;
};

function keyOf(head: CallHead): string | undefined {
  if (head.key !== undefined || head.handles?.length !== 1) return head.key;
  const state = readState(head.handles[0]?.state);
  return state === undefined || !('key' in state) ? undefined : state.key;
}

export function createSession(options: SessionOptions): Session {
  const { hooks, attempts, deaf, ...shared } = options;
  const count = (op: string, key: string | undefined): number => {
    const name = `${op} ${key ?? ''}`;
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    return attempt;
  };
  return {
    ...shared,
    run: async (head, callOptions, effect) => {
      const signal = deaf ? undefined : callOptions?.signal;
      throwIfAborted(signal);
      const key = keyOf(head);
      const call = {
        op: head.op,
        host: shared.host,
        attempt: count(head.op, key),
        ...(key !== undefined && { key }),
        ...(head.handles !== undefined && { handleIds: head.handles.map((handle) => handle.id) }),
        ...(head.fence !== undefined && { fence: head.fence }),
      };
      const io = { clock: shared.context.clock, ...(signal !== undefined && { signal }) };
      const tweak = await waitUnlessAborted(hooks.before?.(call, io), signal);
      throwIfAborted(signal);
      const result = await effect(tweak ?? {});
      await waitUnlessAborted(hooks.after?.(call, io), signal);
      return result;
    },
    caller: (fence) => ({ owner: shared.context.owner, host: shared.host, fence }),
    handle: (id, state) => ({ kind: shared.kind, stateVersion: shared.stateVersion, id, state }),
  };
}
