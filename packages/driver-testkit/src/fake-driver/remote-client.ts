import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { DestinoError, errorDataSchema, errorFromData } from '@destino/core/errors';
import type { RemoteLink } from './remote-api.ts';
import type { RemoteControl } from './remote/control.ts';
import { remoteSettingsSchema } from './remote/settings.ts';
import { decodeWire, encodeWire } from './remote/wire.ts';

type Control = { [Name in keyof RemoteControl]: (...call: Parameters<RemoteControl[Name]>) => Promise<ReturnType<RemoteControl[Name]>> };

export type RemoteConnection = {
  /** For `createFakeDriver({ remote })`. */
  link: RemoteLink;
  /** For the test: the truth, and what it may do to the world. */
  control: Control;
  close(): void;
};

type Wire = { agent: Agent; address: string | number };

async function exchange(wire: Wire, name: string, body: string, signal: AbortSignal | undefined): Promise<string> {
  const place = typeof wire.address === 'string' ? { socketPath: wire.address } : { host: '127.0.0.1', port: wire.address };
  const outgoing = request({ ...place, agent: wire.agent, method: 'POST', path: `/${name}`, headers: { 'content-length': Buffer.byteLength(body) }, ...(signal !== undefined && { signal }) });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

async function call(wire: Wire, name: string, argument: unknown, signal?: AbortSignal): Promise<unknown> {
  let text: string;
  try {
    text = await exchange(wire, name, argument === undefined ? '' : encodeWire(argument), signal);
  } catch (cause) {
    if (signal?.aborted === true) throw new DestinoError('aborted', `the call ${name} was aborted`, { cause: signal.reason });
    throw new DestinoError('unavailable', `the remote at ${wire.address} did not answer ${name}`, { cause });
  }
  const answer = decodeWire(text) as { value?: unknown; error?: unknown };
  if (answer.error !== undefined) throw errorFromData(errorDataSchema.parse(answer.error));
  return answer.value;
}

/** An object that answers every name with a call of that name over the wire. */
function callsOver<Calls extends object>(wire: Wire, own: Partial<Calls>): Calls {
  return new Proxy(own, {
    get: (known, name) => {
      if (typeof name !== 'string' || name === 'then') return undefined;
      if (name in known) return Reflect.get(known, name) as unknown;
      return (argument: unknown, options?: { signal?: AbortSignal }) => call(wire, name, argument, options?.signal);
    },
  }) as Calls;
}

/** Reaches a world that another process serves, by its socket's path or its loopback port. @throws `unavailable`. */
export async function connectFakeRemote(address: string | number): Promise<RemoteConnection> {
  const wire: Wire = { agent: new Agent({ keepAlive: true }), address };
  const settings = remoteSettingsSchema.parse(await call(wire, 'settings', undefined));
  return {
    link: callsOver<RemoteLink>(wire, { settings }),
    control: callsOver<Control>(wire, {}),
    close: () => wire.agent.destroy(),
  };
}
