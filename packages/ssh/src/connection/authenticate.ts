import { existsSync } from 'node:fs';
import type { CallOptions, DriverContext } from '@destino/core/driver';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import type { SecretReference } from '@destino/core/model';
import ssh2, { type AnyAuthMethod, type BaseAgent, type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';
import { readPrivateKey, type ReadKey } from './private-key.ts';
import type { ResolvedHost } from './resolve-host.ts';
import type { ConnectionSettings } from './settings.ts';

export type Resolving = Pick<DriverContext, 'secrets'>;

/** What will be offered to a machine, and what could not be, for the words of a refusal. */
export type Offer = { methods: AnyAuthMethod[]; notes: string[]; fixes: string[] };

/** Keys of files first, then the agent's, then the password; what cannot be used is noted with what would help. */
export async function offerFor(host: ResolvedHost, settings: ConnectionSettings, { secrets }: Resolving, options: CallOptions): Promise<Offer> {
  const value = async (reference: SecretReference | undefined): Promise<string | undefined> => (reference === undefined ? undefined : await secrets.resolve(reference, options));
  const passphrase = await value(settings.passphrase);
  const password = await value(settings.password);
  const keys = await Promise.all(host.identityFiles.map(async (file) => await readPrivateKey(file, passphrase)));
  const offer: Offer = { methods: [], notes: [], fixes: [] };
  const username = host.user;
  for (const key of keys) if ('key' in key) offer.methods.push({ type: 'publickey', username, key: key.text, ...(passphrase !== undefined && { passphrase }) });
  const agent = await agentFor(host, keys, { secrets }, options);
  if (agent !== undefined && 'missing' in agent) offer.notes.push(agent.missing);
  else if (agent !== undefined) offer.methods.push({ type: 'agent', username, agent: agent.agent });
  for (const key of keys) if (!('key' in key)) noteKey(key, offer, settings);
  if (password !== undefined) {
    offer.methods.push({ type: 'password', username, password });
    offer.methods.push({ type: 'keyboard-interactive', username, prompt: (_name, _text, _language, prompts, finish) => finish(prompts.map(() => password)) });
  }
  return offer;
}

function noteKey(key: Exclude<ReadKey, { key: ParsedKey }>, offer: Offer, settings: ConnectionSettings): void {
  const { file } = key;
  switch (key.trouble) {
    case 'absent':
      if (settings.identityFile !== undefined) offer.notes.push(`${file} does not exist`);
      return;
    case 'encrypted':
      offer.notes.push(`${file} is locked with a passphrase`);
      offer.fixes.push(`ssh-add ${file}`);
      return;
    case 'wrong-passphrase':
      offer.notes.push(`the passphrase does not open ${file}`);
      offer.fixes.push(`destino secret set ${settings.passphrase?.secret ?? 'NAME'}`);
      return;
    case 'unreadable':
      offer.notes.push(`${file} cannot be read as a private key`);
      return;
    default:
      key.trouble satisfies never;
  }
}

async function agentFor(host: ResolvedHost, keys: readonly ReadKey[], { secrets }: Resolving, options: CallOptions): Promise<{ agent: BaseAgent } | { missing: string } | undefined> {
  if (host.agent === 'none') return undefined;
  const socket = host.agent ?? (await socketHere(secrets, options));
  if (socket === undefined) return undefined;
  if (!existsSync(socket) && !socket.startsWith('\\\\')) return { missing: `the SSH agent is gone: nobody listens at ${socket}` };
  const agent = ssh2.createAgent(socket);
  const own = keys.flatMap((key) => ('key' in key ? [] : (key.publicKey ?? [])));
  return { agent: host.identitiesOnly && own.length > 0 ? new OnlyTheseKeys(agent, own) : agent };
}

async function socketHere(secrets: Resolving['secrets'], options: CallOptions): Promise<string | undefined> {
  try {
    return (await secrets.resolve({ secret: 'env:SSH_AUTH_SOCK' }, options)) || undefined;
  } catch (error) {
    if (isDestinoError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** An agent with many keys would use up the tries that a server allows: `IdentitiesOnly` offers the named ones. */
class OnlyTheseKeys extends ssh2.BaseAgent {
  readonly #agent: BaseAgent;
  readonly #wanted: ReadonlySet<string>;

  constructor(agent: BaseAgent, keys: readonly ParsedKey[]) {
    super();
    this.#agent = agent;
    this.#wanted = new Set(keys.map((key) => key.getPublicSSH().toString('base64')));
  }

  override getIdentities(answer: IdentityCallback): void {
    this.#agent.getIdentities((error, keys) => {
      if (error) answer(error);
      else answer(undefined, keys?.filter((key) => this.#wanted.has(publicText(key))) ?? []);
    });
  }

  override sign(key: AgentKey, data: Buffer, options: SigningRequestOptions | SignCallback, answer?: SignCallback): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, answer);
  }
}

type AgentKey = Parameters<BaseAgent['sign']>[0];

function publicText(key: unknown): string {
  const parsed = key as { getPublicSSH?(): Buffer; pubKey?: unknown };
  if (typeof parsed.getPublicSSH === 'function') return parsed.getPublicSSH().toString('base64');
  return Buffer.isBuffer(key) ? key.toString('base64') : '';
}

/** All that was offered was refused, or there was nothing to offer: what the user can do about it. */
export function refused(host: ResolvedHost, { methods, notes, fixes }: Offer, cause: unknown): DestinoError {
  const tried = methods.length === 0 ? 'there was nothing to sign in with' : `${host.host} took none of: ${[...new Set(methods.map(({ type }) => type))].join(', ')}`;
  const also = notes.length === 0 ? '' : `; ${notes.join('; ')}`;
  return new DestinoError('unauthenticated', `cannot sign in to ${host.name} as ${host.user}: ${tried}${also}`, {
    scope: host.name,
    hint: fixes[0] ?? `try it by hand: ssh -p ${host.port} ${host.user}@${host.host}; then name the key: identityFile`,
    cause,
  });
}
