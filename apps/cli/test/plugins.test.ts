import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CliTrial } from './cli.support.ts';
import { fromSource, packDependency, packModule, packPlugin } from './plugin.support.ts';

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

describe('a plugin from a tarball', () => {
  it('is added, recorded, and runs jobs from the command line, the agent and the library', async () => {
    await trial.write({ 'destino.yaml': workspace(trial.folder) });
    const added = await trial.objects('plugin', 'add', tarball);
    expect(added.objects, added.stderr).toMatchObject([{ name: 'destino-driver-acme', version: '1.0.0', condition: 'loaded', kinds: ['acme'] }]);
    const written = await trial.read('destino.yaml');
    expect(written).toMatch(/^# ours\n/);
    expect(written).toMatch(/plugins:\n +- name: destino-driver-acme\n +version: 1\.0\.0\n +integrity: sha512-\S+\n +path: \.\S*destino-driver-acme-1\.0\.0\.tgz\n/);

    const ran = await trial.run('run', '--target', 'far', '--', 'sh', '-c', 'echo hello from afar; exit 3');
    expect(ran, ran.stderr).toMatchObject({ stdout: 'hello from afar\n', code: 1 });
    expect((await trial.objects('driver', 'list')).objects).toMatchObject([{ kind: 'acme', plugin: 'destino-driver-acme' }, { kind: 'local', plugin: null }]);

    const left = await trial.run('run', '--detach', '--name', 'away', '--target', 'far', '--', 'sh', '-c', `until [ -e ${trial.folder}/go ]; do sleep 0.05; done; echo late`);
    expect(left, left.stderr).toMatchObject({ code: 0 });
    expect(await trial.agent()).toBeGreaterThan(0);
    expect((await trial.objects('plugin', 'remove', 'destino-driver-acme', '--yes')).objects[0]).toMatchObject({ error: { code: 'conflict', hint: 'end them first: destino job cancel away' } });
    await trial.write({ go: '' });
    expect((await trial.run('job', 'wait', 'away')).code).toBe(0);
    expect((await trial.run('logs', 'away')).stdout).toBe('late\n');

    expect(await inLibrary(trial)).toEqual({ state: 'succeeded', target: 'far', log: 'embedded\n' });
    expect((await trial.objects('doctor')).objects).toContainEqual({ schemaVersion: 1, ok: true, what: 'plugin', text: 'destino-driver-acme 1.0.0, loaded: acme' });

    expect((await trial.run('plugin', 'remove', 'destino-driver-acme', '--yes')).code).toBe(0);
    expect(await trial.read('destino.yaml')).not.toContain('plugins');
    expect((await trial.objects('run', '--target', 'far', '--', 'true')).objects[0]).toMatchObject({ error: { code: 'config-invalid' } });
  }, 120_000);

  it('is not loaded for whoever has not trusted the file that names it, and all else goes on', async () => {
    await trial.write({ 'destino.yaml': workspace(trial.folder) });
    await trial.run('plugin', 'add', tarball);
    expect((await trial.run('trust', '--revoke')).code).toBe(0);
    const other = await trial.run('run', '--', 'echo', 'local goes on');
    expect(other).toMatchObject({ code: 0, stdout: 'local goes on\n' });
    expect(other.stderr).toContain("the plugin 'destino-driver-acme' is not loaded: you have not trusted what");
    expect((await trial.objects('plugin', 'list')).objects).toMatchObject([{ condition: 'untrusted', kinds: [], error: { code: 'forbidden', hint: 'look at it, then: destino trust' } }]);
    expect((await trial.objects('run', '--target', 'far', '--', 'true')).objects.at(-1)).toMatchObject({ error: { code: 'unsupported', hint: 'look at it, then: destino trust' } });
    expect((await trial.objects('plugin', 'add')).objects[0]).toMatchObject({ error: { code: 'forbidden' } });
    expect((await trial.objects('trust')).objects[0]).toMatchObject({ error: { code: 'config-invalid', hint: 'say so on the command line: --yes' } });
    expect((await trial.objects('trust', '--yes')).objects[0]).toMatchObject({ trusted: true, plugins: [{ name: 'destino-driver-acme', version: '1.0.0' }] });
    expect((await trial.run('run', '--target', 'far', '--', 'echo', 'now')).stdout).toBe('now\n');
    // Trust holds for what was named when it was given.
    await writeFile(join(trial.folder, 'destino.yaml'), (await trial.read('destino.yaml')).replace('version: 1.0.0', 'version: 1.0.1'));
    expect((await trial.objects('plugin', 'list')).objects).toMatchObject([{ condition: 'untrusted' }]);
  }, 120_000);
});

describe('a plugin that is broken', () => {
  const cases: readonly [name: string, text: string, code: string, message: string][] = [
    ['throws-on-load', "throw new Error('no such library');\n", 'internal', "the plugin 'throws-on-load' could not be loaded: no such library"],
    ['exports-nothing', 'export const something = 1;\n', 'contract', "the plugin 'exports-nothing' exports neither 'driver' nor 'drivers'"],
    ['of-tomorrow', "export const driver = { kind: 'tomorrow', contract: 2 };\n", 'contract', "the plugin 'of-tomorrow' speaks version 2 of the driver contract for 'tomorrow'; this Destino speaks 1"],
    ['half-a-driver', "export const driver = { kind: 'Half', contract: 1 };\n", 'contract', "the plugin 'half-a-driver' has a driver that breaks the contract"],
  ];

  it('is told with its name and the cause, and is not installed', async () => {
    await trial.write({ 'destino.yaml': 'name: team\n' });
    for (const [name, text, code, message] of cases) {
      const { objects } = await trial.objects('plugin', 'add', await packModule(join(made, name), name, text));
      expect(objects[0]).toMatchObject({ error: { code, message: expect.stringContaining(message) as string } });
    }
    expect(await trial.read('destino.yaml')).toBe('name: team\n');
    expect((await trial.objects('plugin', 'add', './nowhere.tgz')).objects[0]).toMatchObject({ error: { code: 'not-found' } });
  }, 120_000);
});

/** An application that embeds Destino, in a process of its own. */
async function inLibrary(owner: CliTrial): Promise<unknown> {
  const { folder, state } = owner;
  const runtime = pathToFileURL(join(import.meta.dirname, '../../../packages/runtime/src/index.ts')).href;
  const script = `
    import { createDestino } from '${runtime}';
    await using destino = await createDestino({ folder: ${JSON.stringify(folder)}, stateFolder: ${JSON.stringify(state)} });
    let log = '';
    const job = await destino.run({ command: ['echo', 'embedded'], folder: ${JSON.stringify(folder)}, targets: ['far'] }, { onLog: (chunk) => { if ('bytes' in chunk) log += Buffer.from(chunk.bytes).toString(); } });
    process.stdout.write(JSON.stringify({ state: job.state, target: job.target, log }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, env: owner.variables() });
  return JSON.parse(stdout);
}
