import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CliTrial } from './cli.support.ts';
import { fromSource, packDependency, packPlugin } from './plugin.support.ts';

let made: string;
let tarball: string;
let trial: CliTrial;

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'destino-plugins-'));
  const dependency = await packDependency(join(made, 'greeting'));
  tarball = await packPlugin(join(made, 'acme'), { kind: 'acme', dependency });
});
afterAll(async () => {
  await rm(made, { recursive: true, force: true, maxRetries: 5 });
});
beforeEach(async () => {
  trial = await CliTrial.start(fromSource);
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

const workspace = (folder: string): string => `# ours\nname: team\ntargets:\n  far: { kind: acme, config: { folder: ${folder}/jobs } }\n`;

describe('a plugin that is installed', () => {
  it('is refused when its files were changed, installed anew where they are missing, and refused when it is another one', async () => {
    await trial.write({ 'destino.yaml': workspace(trial.folder) });
    await trial.run('plugin', 'add', tarball);
    const installed = join(trial.state, 'workspaces/team/plugins/destino-driver-acme');
    const file = join(installed, 'node_modules/destino-driver-acme/dist/driver.js');
    await writeFile(file, `${await readFile(file, 'utf8')}\n// a stranger was here\n`);
    expect((await trial.objects('plugin', 'list')).objects).toMatchObject([{ condition: 'changed', error: { code: 'conflict', message: expect.stringContaining('were changed after it was installed') as string } }]);
    expect((await trial.objects('doctor')).code).toBe(4);
    await rm(installed, { recursive: true });
    expect((await trial.objects('plugin', 'list')).objects).toMatchObject([{ condition: 'missing', error: { hint: 'destino plugin add' } }]);
    expect((await trial.objects('plugin', 'add')).objects).toMatchObject([{ condition: 'loaded' }]);
    await rm(installed, { recursive: true });
    await writeFile(join(trial.folder, 'destino.yaml'), (await trial.read('destino.yaml')).replace(/integrity: \S+/, 'integrity: sha512-bm90IHRoaXM='));
    await trial.run('trust', '--yes');
    expect((await trial.objects('plugin', 'add')).objects[0]).toMatchObject({ error: { code: 'conflict', message: expect.stringContaining('with another content than was recorded') as string } });
  }, 120_000);

  it('is a user\'s own with --user, in every workspace and without a destino.yaml', async () => {
    expect((await trial.objects('plugin', 'add', tarball)).objects[0]).toMatchObject({ error: { code: 'not-found', hint: expect.stringContaining('--user') as string } });
    expect((await trial.objects('plugin', 'add', '--user', tarball)).objects[0]).toMatchObject({ scope: 'user', kinds: ['acme'] });
    expect((await trial.objects('target', 'attach', 'far', '--kind', 'acme', '--set', `folder=${trial.folder}/x`, '-w', 'elsewhere')).objects[0]).toMatchObject({ error: { code: 'unsupported' } });
    const { objects } = await trial.objects('driver', 'list', '-w', 'elsewhere');
    expect(objects).toContainEqual(expect.objectContaining({ kind: 'acme', plugin: 'destino-driver-acme' }));
  }, 120_000);

  it('is certified by destino driver verify on the part that it brings, and on a target', async () => {
    await trial.write({ 'destino.yaml': workspace(trial.folder) });
    await trial.run('plugin', 'add', tarball);
    const own = await trial.objects('driver', 'verify', 'destino-driver-acme', '--only', 'static.identity,once.same-key,nodes.list');
    expect(own.objects, own.stderr).toMatchObject([{ kind: 'acme', passed: 2, failed: 0, notRun: [{ id: 'nodes.list' }], part: expect.stringMatching(/^a temporary folder, /) as string, checks: [{ id: 'static.identity', outcome: 'passed' }, { id: 'once.same-key' }] }]);
    expect(own.stderr).toContain('acme is tried on a temporary folder, ');
    const target = await trial.objects('driver', 'verify', 'acme', '--target', 'far', '--only', 'failure.exit-code');
    expect(target.objects, target.stderr).toMatchObject([{ kind: 'acme', passed: 1, part: 'the target far of the workspace team' }]);
    expect((await trial.objects('driver', 'verify', 'acme', '--target', 'local')).objects[0]).toMatchObject({ error: { code: 'config-invalid' } });
    expect((await trial.objects('driver', 'verify', 'nothing')).code).toBe(5);
    const local = await trial.objects('driver', 'verify', 'local', '--only', 'once.same-key,once.crash');
    expect(local.objects, local.stderr).toMatchObject([{ kind: 'local', failed: 0, part: expect.stringContaining('a temporary folder of this machine') as string }]);
  }, 120_000);

  it.each([
    { kind: 'ssh', only: 'static.identity,once.same-key,once.crash', passed: 3, part: 'an SSH server of this process on 127.0.0.1:' },
    { kind: 'aci', only: 'static.identity,static.facets', passed: 2, part: 'the Azure emulator of this process at ' },
  ])('certifies $kind on the part that comes with it, and says which', async ({ kind, only, passed, part }) => {
    const { objects, stderr, code } = await trial.objects('driver', 'verify', kind, '--only', only);
    expect(objects, stderr).toMatchObject([{ kind, passed, failed: 0, part: expect.stringContaining(part) as string }]);
    expect(stderr).toContain(`${kind} is tried on ${part}`);
    expect(code).toBe(0);
  }, 120_000);

  it('leaves its kind to the one that was there, and every other driver at work', async () => {
    await trial.write({ 'destino.yaml': workspace(trial.folder) });
    await trial.run('plugin', 'add', tarball);
    const twin = await packPlugin(join(made, 'twin'), { kind: 'acme', dependency: join(made, 'greeting/acme-greeting-2.1.0.tgz'), version: '9.0.0' });
    const { name } = await rename(twin, 'destino-driver-twin');
    const { objects } = await trial.objects('plugin', 'add', name);
    expect(objects[0]).toMatchObject({ error: { code: 'conflict', message: "the plugin 'destino-driver-twin' brings the kind 'acme', which is there already" } });
    expect((await trial.run('run', '--target', 'far', '--', 'echo', 'still here')).stdout).toBe('still here\n');
  }, 120_000);
});

/** The same package under another name. */
async function rename(packed: string, name: string): Promise<{ name: string }> {
  const folder = join(packed, '..');
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, name }));
  const { stdout } = await promisify(execFile)('npm', ['pack', '--ignore-scripts', '--loglevel=error'], { cwd: folder });
  return { name: join(folder, stdout.trim()) };
}
