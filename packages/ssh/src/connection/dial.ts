import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { CallOptions, Clock } from '@destino/core/driver';
import { DestinoError, toDestinoError } from '@destino/core/errors';
import ssh2, { type Algorithms, type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import { offerFor, refused, type Resolving } from './authenticate.ts';
import { checkHostKey, type Asking } from './host-key.ts';
import { knownName, knownTypes, readKnownHosts, type KnownHost } from './known-hosts.ts';
import { mapConnectError } from './map-error.ts';
import { jumpSettings, resolveHost, type ResolvedHost } from './resolve-host.ts';
import type { ConnectionSettings } from './settings.ts';

export type DialContext = Asking & Resolving & { clock: Clock };

/** A connection that is signed in, and the ones it goes through. */
export type Dialled = { client: Client; host: ResolvedHost; close(): void };

const keepaliveIntervalMs = 5000;
const keepaliveCount = 3;
const mostJumps = 8;

/** Connects through all jump hosts and signs in. @throws `unavailable`, `unauthenticated`, `forbidden`, `config-invalid`, `aborted`. */
export async function dial(settings: ConnectionSettings, context: DialContext, options: CallOptions = {}, depth = 0): Promise<Dialled> {
  if (depth > mostJumps) throw new DestinoError('config-invalid', `the way to ${settings.host} goes through more than ${mostJumps} hosts`, { hint: 'look for a circle in the ProxyJump lines' });
  const host = await resolveHost(settings, options);
  const through: Dialled[] = [];
  const close = (): void => through.toReversed().forEach((each) => each.close());
  try {
    let way: Duplex | undefined = host.proxyCommand === undefined ? undefined : proxy(host.proxyCommand);
    for (const [index, jump] of host.jumps.entries()) {
      const hop = jumpSettings(jump, settings);
      const first = await (index === 0 ? dial(hop, context, options, depth + 1) : signIn(await resolveHost(hop, options), hop, context, options, way));
      through.push(first);
      const next = host.jumps[index + 1];
      const target = next === undefined ? host : await resolveHost(jumpSettings(next, settings), options);
      way = await tunnel(first, target);
    }
    const { client } = await signIn(host, settings, context, options, way);
    client.once('close', close);
    return { client, host, close: () => void client.end() };
  } catch (error) {
    close();
    throw error;
  }
}

async function tunnel({ client, host: from }: Dialled, to: ResolvedHost): Promise<Duplex> {
  return await new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) => {
      if (error) reject(new DestinoError('unavailable', `${from.name} cannot reach ${to.host}:${to.port}`, { scope: to.name, hint: `check the name and port, or the way there: ssh ${from.name}`, cause: error }));
      else resolve(channel);
    });
  });
}

function proxy(command: string): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  const way = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once('error', (error) => way.destroy(error));
  way.once('close', () => child.kill());
  return way;
}

async function signIn(host: ResolvedHost, settings: ConnectionSettings, context: DialContext, options: CallOptions, way: Duplex | undefined): Promise<Dialled> {
  const known = await readKnownHosts(host.knownHostsFiles);
  const offer = await offerFor(host, settings, context, options);
  if (offer.methods.length === 0) throw refused(host, offer, undefined);
  const client = new ssh2.Client();
  const state: Verifying = { asking: false };
  const config: ConnectConfig = {
    ...(way === undefined ? { host: host.host, port: host.port } : { sock: way }),
    username: host.user,
    authHandler: offer.methods,
    algorithms: preferKnown(host, known),
    hostVerifier: verifier(host, known, context, state),
    readyTimeout: 0,
    keepaliveInterval: keepaliveIntervalMs,
    keepaliveCountMax: keepaliveCount,
  };
  try {
    await ready(client, config, { host, clock: context.clock, state, options });
  } catch (error) {
    client.destroy();
    if (state.refusal !== undefined) throw state.refusal;
    const level = (error as { level?: string }).level;
    if (level === 'client-authentication') throw refused(host, offer, error);
    throw mapConnectError(error, host);
  }
  return { client, host, close: () => void client.end() };
}

type Verifying = { asking: boolean; refusal?: DestinoError };

function verifier(host: ResolvedHost, known: readonly KnownHost[], context: DialContext, state: Verifying): (key: Buffer, verify: (valid: boolean) => void) => void {
  return (key, verify) => {
    state.asking = true;
    checkHostKey(host, known, key, context).then(
      () => {
        state.asking = false;
        verify(true);
      },
      (error: unknown) => {
        state.refusal = toDestinoError(error);
        verify(false);
      },
    );
  };
}

type Readying = { host: ResolvedHost; clock: Clock; state: Verifying; options: CallOptions };

async function ready(client: Client, config: ConnectConfig, { host, clock, state, options }: Readying): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  options.signal?.addEventListener('abort', stop);
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', () => resolve());
      client.on('error', reject);
      client.once('close', () => reject(state.refusal ?? new DestinoError('unavailable', `${host.name} closed the connection before it was ready`, { scope: host.name })));
      client.once('connect', () => client.setNoDelay(true)); // small packets, each of which somebody waits for
      client.connect(config);
      tooLate(host, clock, state, over.signal).catch((error: unknown) => reject(options.signal?.aborted === true ? new DestinoError('aborted', 'the call was stopped', { cause: options.signal.reason }) : toDestinoError(error)));
    });
  } finally {
    over.abort();
    options.signal?.removeEventListener('abort', stop);
  }
}

/** A person who compares fingerprints has all the time. */
async function tooLate(host: ResolvedHost, clock: Clock, state: Verifying, signal: AbortSignal): Promise<never> {
  do await clock.sleep(host.connectTimeoutMs, { signal });
  while (state.asking);
  throw new DestinoError('unavailable', `${host.name} (${host.host}:${host.port}) did not answer within ${host.connectTimeoutMs / 1000} s`, { scope: host.name, hint: `see whether it is up and reachable: ssh -p ${host.port} ${host.user}@${host.host} true` });
}

const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];

/** A server that has several keys shows one of a type that is known, if it has it. */
function preferKnown(host: ResolvedHost, known: readonly KnownHost[]): Algorithms {
  const types = new Set(knownTypes(known, host.hostKeyAlias?.toLowerCase() ?? knownName(host.host, host.port)));
  const isKnown = (name: string): boolean => types.has(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  return { serverHostKey: hostKeyAlgorithms.toSorted((a, b) => Number(isKnown(b)) - Number(isKnown(a))) };
}
