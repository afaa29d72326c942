import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DriverContext } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import { hashInstalled, packageFolder, pluginFolder, recordPath } from './installed-plugin.ts';
import { loadPlugins } from './load-plugins.ts';
import type { LoadedPlugins, PluginEntry } from './plugin-state.ts';
import { TrustBook } from './trust-book.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'destino-plugins-'));
  writeFileSync(join(root, 'destino.yaml'), '');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const capabilities = `new Proxy({}, { ownKeys: () => names, getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: () => ({ unsupported: 'it is for a test' }) })`;
const schema = '{ parse: (value) => value, safeParse: (data) => ({ success: true, data }) }';

/** A driver in words, with no package beside it. */
async function moduleOf(kind: string, open: string): Promise<string> {
  const { capabilityNames } = await import('@destino/core/driver');
  return `const names = ${JSON.stringify(capabilityNames)};
export const driver = Object.freeze({ kind: '${kind}', contract: 1, capabilities: Object.fromEntries(Object.entries(${capabilities})), stateVersion: 1,
  traits: { queue: 'target', once: 'remote', reach: 'host', logs: 'exact', timeout: 'engine', settleMs: 0, batch: 1 },
  configSchema: ${schema}, stateSchema: ${schema}, check: () => 'nonsense', open: ${open} });
`;
}

function install(name: string, text: string): PluginEntry {
  const plugin = pluginFolder(join(root, 'plugins'), name);
  const folder = packageFolder(plugin, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' }));
  writeFileSync(join(folder, 'index.js'), text);
  writeFileSync(recordPath(plugin), JSON.stringify({ name, version: '1.0.0', integrity: 'sha512-x', files: hashInstalled(plugin, name) }));
  return { name, version: '1.0.0', integrity: 'sha512-x' };
}

async function load(entries: readonly PluginEntry[], more: { only?: readonly string[]; loadsWithinMs?: number; taken?: string[] } = {}): Promise<LoadedPlugins> {
  const trust = new TrustBook(root);
  const file = join(root, 'destino.yaml');
  if (more.only === undefined) trust.give(file, entries);
  return await loadPlugins([{ scope: 'workspace', file, folder: join(root, 'plugins'), entries }], { trust, taken: [], ...more });
}

describe('loadPlugins', () => {
  it('tells of each that is broken by its name and cause, and loads the others', async () => {
    const { drivers, states } = await load([
      install('hangs', 'await new Promise(() => {});\n'),
      install('throws', "throw new TypeError('a bad day');\n"),
      install('@scope/good', await moduleOf('good', '() => 5')),
      install('twin', await moduleOf('good', '() => 5')),
      install('squats', await moduleOf('local', '() => 5')),
    ], { loadsWithinMs: 300, taken: ['local'] });
    expect(drivers.map(({ kind }) => kind)).toEqual(['good']);
    expect(states.map(({ name, condition, error }) => [name, condition, error?.code])).toEqual([
      ['hangs', 'failed', 'timeout'],
      ['throws', 'failed', 'internal'],
      ['@scope/good', 'loaded', undefined],
      ['twin', 'failed', 'conflict'],
      ['squats', 'failed', 'conflict'],
    ]);
    expect(states[1]?.error).toMatchObject({ message: "the plugin 'throws' could not be loaded: a bad day", hint: expect.stringContaining('destino plugin remove throws') as string });
  });

  it('loads nothing of a file whose plugins are not those that were trusted', async () => {
    const entry = install('good', await moduleOf('good', '() => 5'));
    await load([]);
    const file = join(root, 'destino.yaml');
    const source = { scope: 'workspace' as const, file, folder: join(root, 'plugins'), entries: [entry] };
    const { drivers, states } = await loadPlugins([source], { trust: new TrustBook(root), taken: [] });
    expect([drivers, states[0]?.condition]).toEqual([[], 'untrusted']);
  });

  it('loads what an operator names, and nothing else, whoever trusts it', async () => {
    const entries = [install('one', await moduleOf('one', '() => 5')), install('two', await moduleOf('two', '() => 5'))];
    expect((await load(entries, { only: ['two'] })).drivers.map(({ kind }) => kind)).toEqual(['two']);
    expect((await load(entries, { only: [] })).states).toEqual([]);
  });

  it('refuses another version, and files that were changed since', async () => {
    const entry = install('good', await moduleOf('good', '() => 5'));
    expect((await load([{ ...entry, version: '2.0.0' }])).states[0]).toMatchObject({ condition: 'changed', error: { code: 'conflict' } });
    expect((await load([{ ...entry, name: 'absent' }])).states[0]).toMatchObject({ condition: 'missing', error: { code: 'not-found', hint: 'destino plugin add' } });
    writeFileSync(join(packageFolder(pluginFolder(join(root, 'plugins'), 'good'), 'good'), 'more.js'), '');
    expect((await load([entry])).states[0]).toMatchObject({ condition: 'changed', error: { message: expect.stringContaining('were changed') as string } });
  });

  it('gives the name of the plugin to what its driver throws, and to nonsense in place of a target', async () => {
    const { drivers } = await load([install('throws', await moduleOf('throws', "() => { throw new Error('no socket'); }")), install('nonsense', await moduleOf('nonsense', '() => ({ probe: 5 })'))]);
    const opened = drivers.map((driver) => {
      try {
        return driver.open({}, {} as DriverContext);
      } catch (error) {
        return isDestinoError(error) ? [error.code, error.message, error.op] : error;
      }
    });
    expect(opened).toEqual([
      ['internal', "the driver 'throws' of the plugin 'throws' failed in open: no socket", 'open'],
      ['contract', "the driver 'nonsense' of the plugin 'nonsense' answered open with no target: it needs probe and [Symbol.asyncDispose]", 'open'],
    ]);
    expect(() => drivers[0]?.check({ job: {} as never }, {})).toThrow("answered check with no list of problems");
  });
});
