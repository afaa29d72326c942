import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';

export type ShellServerOptions = {
  /** The home folder of the one account, which is whoever runs this process. */
  home: string;
  user?: string;
  /** Public keys, in OpenSSH's form, that may sign in. */
  authorizedKeys?: readonly string[];
  password?: string;
  /** Private host key; a new one unless given. */
  hostKey?: string;
  port?: number;
  /** Channels that one connection may have; further ones are refused. */
  maxChannels?: number;
  variables?: Readonly<Record<string, string>>;
};

export type ShellServer = AsyncDisposable & {
  readonly port: number;
  /** As in a known_hosts file. */
  readonly knownHosts: string;
  /** Connections made so far, and commands started. */
  readonly counts: { connections: number; commands: number };
  /** Breaks all connections without a word. */
  cut(): void;
  /** Takes no new connections, or takes them again. */
  refuse(yes: boolean): void;
  /** Ends the listener and every connection; commands that left their channel go on, as with any sshd. */
  close(): Promise<void>;
};

/** Keys for tests. The library now and then makes one that it cannot read itself: such a one is not given out. */
export function newKeyPair(passphrase?: string): { privateKey: string; publicKey: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 16 });
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return { privateKey: pair.private, publicKey: pair.public };
  }
}

/** An SSH server on loopback that runs real commands by /bin/sh in a home of its own: for tests, never for people. */
export async function startShellServer(options: ShellServerOptions): Promise<ShellServer> {
  const hostKey = options.hostKey ?? newKeyPair().privateKey;
  const counts = { connections: 0, commands: 0 };
  const sockets = new Set<Socket>();
  const state = { refusing: false };
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    counts.connections += 1;
    serve(connection, options, counts);
  });
  const inner = server as unknown as { _srv: { on(event: 'connection', listener: (socket: Socket) => void): void; prependListener(event: 'connection', listener: (socket: Socket) => void): void } };
  inner._srv.prependListener('connection', (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (state.refusing) socket.destroy();
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const close = async (): Promise<void> => {
    cut();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port, knownHosts: knownHostsLine(port, hostKey), counts, cut, refuse: (yes) => (state.refusing = yes), close, [Symbol.asyncDispose]: close };
}

function knownHostsLine(port: number, hostKey: string): string {
  const key = ssh2.utils.parseKey(hostKey);
  if (key instanceof Error) throw key;
  return `[127.0.0.1]:${port} ${key.type} ${key.getPublicSSH().toString('base64')}\n`;
}

function serve(connection: Connection, options: ShellServerOptions, counts: { commands: number }): void {
  let channels = 0;
  const count = (channel: ServerChannel): void => {
    channels += 1;
    channel.once('close', () => (channels -= 1));
  };
  connection.on('error', () => undefined); // a broken connection is what many tests are about
  connection.on('authentication', (context) => (mayEnter(context, options) ? context.accept() : context.reject(['publickey', ...(options.password === undefined ? [] : ['password' as const])])));
  connection.on('session', (accept, reject) => {
    if (channels >= (options.maxChannels ?? 10)) return reject();
    const session = accept();
    counts.commands += 1;
    serveSession(session, options, count);
  });
  connection.on('tcpip', (accept, reject, info) => {
    const socket = connect(info.destPort, info.destIP);
    socket.once('error', () => reject());
    socket.once('connect', () => {
      const channel = accept();
      count(channel);
      channel.pipe(socket).pipe(channel);
      channel.once('close', () => socket.destroy());
      channel.on('error', () => socket.destroy());
      socket.on('error', () => channel.close());
    });
  });
}

function mayEnter(context: AuthContext, { user, authorizedKeys = [], password }: ShellServerOptions): boolean {
  if (user !== undefined && context.username !== user) return false;
  if (context.method === 'password') return password !== undefined && same(context.password, password);
  if (context.method !== 'publickey') return false;
  const allowed = authorizedKeys.map((text) => ssh2.utils.parseKey(text)).find((key) => !(key instanceof Error) && key.getPublicSSH().equals(context.key.data));
  if (allowed === undefined || allowed instanceof Error) return false;
  return context.signature === undefined || allowed.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo);
}

function same(a: string, b: string): boolean {
  return createHash('sha256').update(a).digest('hex') === createHash('sha256').update(b).digest('hex');
}

function serveSession(session: Session, options: ShellServerOptions, count: (channel: ServerChannel) => void): void {
  session.on('pty', (accept) => accept?.());
  session.on('window-change', (accept) => accept?.());
  session.on('exec', (accept, _reject, { command }) => run(accept(), ['-c', command], options, count));
  session.on('shell', (accept) => run(accept(), [], options, count));
}

function run(channel: ServerChannel, words: readonly string[], { home, variables, user }: ShellServerOptions, count: (channel: ServerChannel) => void): void {
  count(channel);
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, SHELL: '/bin/sh', USER: user ?? 'tester', LOGNAME: user ?? 'tester', ...variables };
  const child: ChildProcess = spawn('/bin/sh', words, { cwd: home, env, stdio: 'pipe' });
  channel.on('error', () => undefined);
  channel.pipe(child.stdin ?? channel);
  child.stdin?.on('error', () => undefined); // a command need not read all that it is sent
  child.stdout?.pipe(channel, { end: false });
  child.stderr?.pipe(channel.stderr, { end: false });
  channel.once('close', () => {
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
  child.once('close', (code, signal) => {
    if (signal === null) channel.exit(code ?? 1);
    else channel.exit(signal);
    channel.end();
  });
}
