import type { CommandSpec } from './command.ts';
import { file, user, yes } from './options.ts';

const targetName = { name: 'name', summary: 'a target; the default one when none is named', optional: true } as const;

export const otherCommands: readonly CommandSpec[] = [
  { name: 'target list', aliases: ['ls', 'get'], summary: 'the targets of the workspace', load: () => import('../commands/target-list.ts') },
  { name: 'target show', aliases: ['describe'], summary: 'everything about a target, and what its kind cannot do', arguments: [targetName], load: () => import('../commands/target-show.ts') },
  { name: 'target probe', summary: 'look at a target now', arguments: [targetName], load: () => import('../commands/target-probe.ts') },
  {
    name: 'target attach',
    summary: 'adopt something that exists as a target',
    arguments: [{ name: 'name', summary: 'its name here', optional: true }],
    options: [
      { flags: '--kind <kind>', summary: 'the kind, as destino driver list shows it' },
      { flags: '--set <field=value>', summary: 'a field of its config', many: true },
      { flags: '--host <host>', summary: 'of kind ssh: its address, or its name in ~/.ssh/config' },
      { flags: '--port <port>', summary: 'of kind ssh: where its SSH service listens' },
      { flags: '--user <user>', summary: 'of kind ssh: the account there' },
      { flags: '--identity-file <file>', summary: 'of kind ssh: the private key' },
      { flags: '--jump <hosts>', summary: 'of kind ssh: hosts to go through, [user@]host[:port], with commas between' },
      { flags: '--accept-new', summary: 'of kind ssh: take a host key that was never seen; a changed one is always refused' },
      file,
    ],
    examples: ['destino target attach gpu1 --kind ssh --host gpu1.example.com --user me', 'destino target attach gpu1 -f vm.yml --host 20.1.2.3'],
    load: () => import('../commands/target-attach.ts'),
  },
  { name: 'target detach', summary: 'let a target go; nothing of it is destroyed', arguments: [{ name: 'name', summary: 'a target' }], options: [yes], load: () => import('../commands/target-detach.ts') },
  {
    name: 'secret set',
    summary: 'keep a secret; its value comes from standard input, a file or a variable',
    arguments: [{ name: 'name', summary: 'as ${{secrets.NAME}} in files' }],
    options: [{ flags: '-f, --file <file>', summary: 'read the value from here' }, { flags: '--from-env <variable>', summary: 'take the value of this variable' }],
    examples: ['printf %s "$TOKEN" | destino secret set hf-token', 'destino secret set hf-token --file ~/.hf-token'],
    load: () => import('../commands/secret-set.ts'),
  },
  { name: 'secret list', aliases: ['ls'], summary: 'the names of the secrets; values are never shown', load: () => import('../commands/secret-list.ts') },
  { name: 'secret delete', summary: 'forget a secret', arguments: [{ name: 'name', summary: 'a secret' }], load: () => import('../commands/secret-delete.ts') },
  { name: 'workspace list', aliases: ['ls'], summary: 'the workspaces that have state on this machine', load: () => import('../commands/workspace-list.ts') },
  { name: 'workspace show', summary: 'the workspace that holds here, and why', load: () => import('../commands/workspace-show.ts') },
  { name: 'driver list', aliases: ['ls'], summary: 'the kinds of targets that this Destino knows', load: () => import('../commands/driver-list.ts') },
  {
    name: 'driver new',
    summary: 'write the package of a new driver, which works as it stands',
    arguments: [
      { name: 'kind', summary: 'the kind of its targets, as acme-batch' },
      { name: 'folder', summary: 'an empty or new folder; default destino-driver-KIND', optional: true },
    ],
    load: () => import('../commands/driver-new.ts'),
  },
  {
    name: 'driver verify',
    summary: 'run the conformance checks against a driver, and report',
    arguments: [{ name: 'name', summary: 'a kind, or the package of a plugin' }],
    options: [
      { flags: '-t, --target <name>', summary: 'try it on this target; default: the part that comes with the driver' },
      { flags: '--only <ids>', summary: 'only these checks, with commas between' },
    ],
    load: () => import('../commands/driver-verify.ts'),
  },
  {
    name: 'plugin add',
    summary: 'install a package of drivers, and record it; without a name, install what is recorded',
    arguments: [{ name: 'plugin', summary: 'the name of an npm package, a tarball or a folder', optional: true }],
    options: [user],
    examples: ['destino plugin add destino-driver-slurm', 'destino plugin add ./destino-driver-acme-1.0.0.tgz --user'],
    load: () => import('../commands/plugin-add.ts'),
  },
  { name: 'plugin list', aliases: ['ls'], summary: 'the plugins that files here name, and what became of them', load: () => import('../commands/plugin-list.ts') },
  { name: 'plugin remove', summary: 'take a plugin out of the file that names it, and off this machine', arguments: [{ name: 'name', summary: 'the name of its package' }], options: [user, yes], load: () => import('../commands/plugin-remove.ts') },
  {
    name: 'trust',
    summary: 'let the plugins run that destino.yaml names',
    options: [{ flags: '--revoke', summary: 'take it back' }, yes],
    load: () => import('../commands/trust.ts'),
  },
  { name: 'config list', summary: 'what holds here', options: [{ flags: '--origin', summary: 'and who says so' }], load: () => import('../commands/config-list.ts') },
  {
    name: 'dev azure',
    summary: 'run an Azure emulator on loopback, for offline work and for the authors of drivers',
    options: [
      { flags: '--port <port>', summary: 'of https; any free one by default' },
      { flags: '--http-port <port>', summary: 'of http; any free one by default' },
      { flags: '--state <folder>', summary: 'where its state is kept; it is taken up again at the next start, and what runs meanwhile runs on' },
      { flags: '--fresh', summary: 'begin with nothing, and leave nothing behind' },
      { flags: '--seed <number>', summary: 'of all that happens by chance' },
      { flags: '--time-scale <factor>', summary: 'how much faster than real time the services work' },
      { flags: '--faults <preset>', summary: 'have something go wrong, as docs/azure-emulator.md lists' },
      { flags: '--containers <kind>', summary: 'what containers are; Docker where a daemon answers, else processes', choices: ['docker', 'process'] },
    ],
    examples: ['destino dev azure', 'destino dev azure --json --port 8443 --time-scale 10 --faults throttle'],
    load: () => import('../commands/dev-azure.ts'),
  },
];
