import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import SshConfig from 'ssh-config';
import type { ConnectionSettings } from './settings.ts';

const run = promisify(execFile);

/** One machine and the way to it, with everything decided. */
export type ResolvedHost = {
  /** As the user named it. */
  name: string;
  host: string;
  port: number;
  user: string;
  identityFiles: readonly string[];
  identitiesOnly: boolean;
  /** Absent: whatever the host of this process has. `none`: no agent. */
  agent?: string;
  knownHostsFiles: readonly string[];
  /** The name that known_hosts has it under. */
  hostKeyAlias?: string;
  acceptNew: boolean;
  hashKnownHosts: boolean;
  connectTimeoutMs: number;
  jumps: readonly string[];
  proxyCommand?: string;
};

/** Where the `ssh` command is looked for; no other variable of this process is given to it. */
const toolPath = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:C:\\Windows\\System32\\OpenSSH';
const defaultConnectTimeoutMs = 20_000;
const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

type Words = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the user's OpenSSH configuration for a host: by `ssh -G`, which knows every rule of it, where OpenSSH is
 * installed, else by a parser of the same language.
 */
export async function resolveHost(settings: ConnectionSettings, options: CallOptions = {}): Promise<ResolvedHost> {
  const words = (await byOpenSsh(settings, options)) ?? (await byParser(settings));
  return decide(settings, words);
}

async function byOpenSsh(settings: ConnectionSettings, { signal }: CallOptions): Promise<Words | undefined> {
  const args = ['-G', ...(settings.configFile === undefined ? [] : ['-F', settings.configFile]), ...(settings.user === undefined ? [] : ['-l', settings.user]), settings.host];
  try {
    const { stdout } = await run('ssh', args, { env: { PATH: toolPath, HOME: userInfo().homedir }, timeout: 10_000, ...(signal !== undefined && { signal }) });
    return wordsOf(stdout.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  } catch (error) {
    if (signal?.aborted === true) throw new DestinoError('aborted', 'the call was stopped', { cause: error });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const said = String((error as { stderr?: unknown }).stderr ?? error).trim();
    throw new DestinoError('config-invalid', `ssh cannot read its configuration for ${settings.host}: ${said}`, { hint: `see what it says: ssh -G ${settings.host}` });
  }
}

async function byParser(settings: ConnectionSettings): Promise<Words> {
  const path = settings.configFile ?? join(userInfo().homedir, '.ssh', 'config');
  if (path === 'none') return new Map();
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && settings.configFile === undefined) return '';
    throw new DestinoError('config-invalid', `${path} cannot be read (${error.code ?? error.message})`, { hint: 'give another file: configFile' });
  });
  const found = SshConfig.parse(text).compute(settings.host, { ignoreCase: true });
  return wordsOf(Object.entries(found).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name.toLowerCase(), each])));
}

function wordsOf(pairs: readonly (readonly string[])[]): Words {
  const words = new Map<string, string[]>();
  for (const [name = '', value = ''] of pairs) words.set(name, [...(words.get(name) ?? []), value]);
  return words;
}

function decide(settings: ConnectionSettings, words: Words): ResolvedHost {
  const one = (name: string): string | undefined => meant(words.get(name)?.[0]);
  const host = one('hostname') ?? settings.host;
  const user = settings.user ?? one('user') ?? userInfo().username;
  const files = settings.knownHostsFile === undefined ? split(one('userknownhostsfile') ?? '~/.ssh/known_hosts ~/.ssh/known_hosts2') : [settings.knownHostsFile];
  const everybodys = settings.knownHostsFile === undefined ? split(one('globalknownhostsfile') ?? '/etc/ssh/ssh_known_hosts') : [];
  const agent = settings.identityAgent ?? words.get('identityagent')?.[0];
  const alias = one('hostkeyalias');
  const command = one('proxycommand');
  const jump = settings.proxyJump ?? one('proxyjump');
  const timeoutS = Number(one('connecttimeout'));
  return {
    name: settings.host,
    host,
    user,
    port: settings.port ?? Number(one('port') ?? 22),
    identityFiles: identities(settings, words).map(fromHome),
    identitiesOnly: settings.identityFile !== undefined || one('identitiesonly') === 'yes',
    ...(agent !== undefined && agent !== 'SSH_AUTH_SOCK' && { agent: agent === 'none' ? agent : fromHome(agent) }),
    knownHostsFiles: [...files, ...everybodys].map(fromHome),
    ...(alias !== undefined && { hostKeyAlias: alias }),
    acceptNew: settings.acceptNewHostKey ?? ['accept-new', 'no', 'off', 'false'].includes(one('stricthostkeychecking') ?? 'ask'),
    hashKnownHosts: one('hashknownhosts') === 'yes',
    connectTimeoutMs: Number.isFinite(timeoutS) && timeoutS > 0 ? timeoutS * 1000 : defaultConnectTimeoutMs,
    jumps: jump === undefined || jump === 'none' ? [] : jump.split(',').map((each) => each.trim()),
    ...(command !== undefined && settings.proxyJump === undefined && { proxyCommand: tokens(command, { host, user, port: settings.port ?? Number(one('port') ?? 22), name: settings.host }) }),
  };
}

function meant(value: string | undefined): string | undefined {
  return value === undefined || value === 'none' || value === '' ? undefined : value;
}

function identities(settings: ConnectionSettings, words: Words): readonly string[] {
  if (settings.identityFile !== undefined) return [settings.identityFile];
  return words.get('identityfile') ?? defaultKeys.map((name) => `~/.ssh/${name}`);
}

function split(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** `~` stands for the account's home, whatever the variables of this process say: so does OpenSSH. */
export function fromHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(userInfo().homedir, path.slice(1)) : path;
}

function tokens(command: string, of: { host: string; user: string; port: number; name: string }): string {
  const values: Readonly<Record<string, string>> = { '%h': of.host, '%p': String(of.port), '%r': of.user, '%n': of.name, '%%': '%' };
  return command.replaceAll(/%[hprn%]/g, (token) => values[token] ?? token);
}

/** One hop of a ProxyJump as settings of its own; its file of known hosts and its keys are the target's unless configured. */
export function jumpSettings(jump: string, settings: ConnectionSettings): ConnectionSettings {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(jump);
  if (match?.[2] === undefined) throw new DestinoError('config-invalid', `'${jump}' is no host to go through`, { hint: 'write [user@]host[:port]' });
  const { host: _host, port: _port, user: _user, proxyJump: _jump, password: _password, ...shared } = settings;
  return { ...shared, host: match[2].replaceAll(/[[\]]/g, ''), ...(match[1] !== undefined && { user: match[1] }), ...(match[3] !== undefined && { port: Number(match[3]) }) };
}
