import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findViolations } from '../src/index.ts';

type Fields = Record<string, unknown>;

const manifest = (name: string, type: string, fields: Fields = {}): string =>
  JSON.stringify({ name: `@destino/${name}`, exports: { '.': './src/index.ts' }, nx: { tags: [`type:${type}`] }, ...fields });

const own = (...names: string[]): Fields => ({ dependencies: Object.fromEntries(names.map((name) => [`@destino/${name}`, '0.1.0'])) });

const parts = ['.', './driver', './errors', './model', './engine'];

const coreManifest = (fields: Fields): string =>
  manifest('core', 'core', { exports: Object.fromEntries(parts.map((part) => [part, {}])), peerDependencies: { zod: '4' }, ...fields });

/** A small repository in which every rule is kept: one package of each type that the rules tell apart. */
const clean: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ workspaces: ['packages/*', 'apps/*'], devDependencies: { vitest: '5.1.1' } }),
  'packages/core/package.json': coreManifest({}),
  'packages/core/src/errors/index.ts': 'export const code = 1;',
  'packages/core/src/engine/index.ts': "import { code } from '../errors/index.ts';\nexport { code };",
  'packages/core/src/driver/index.ts': "import { z } from 'zod';\nimport { code } from '../errors/index.ts';\nexport { code, z };",
  'packages/ssh/package.json': manifest('ssh', 'support', own('core')),
  'packages/ssh/src/index.ts': "export { code } from '@destino/core/errors';",
  'packages/driver-testkit/package.json': manifest('driver-testkit', 'testkit', own('core')),
  'packages/driver-testkit/src/index.ts': "export type { code } from '@destino/core';",
  'packages/driver-ssh/package.json': manifest('driver-ssh', 'driver', { ...own('core', 'ssh'), devDependencies: { '@destino/driver-testkit': '0.1.0' } }),
  'packages/driver-ssh/src/index.ts': "import { readFile } from 'node:fs/promises';\nimport { code } from '@destino/core/driver';\nexport { code, readFile };",
  'packages/driver-ssh/src/index.test.ts': "import { it } from 'vitest';\nimport { kit } from '@destino/driver-testkit';\nit('uses the kit', kit);",
  'packages/driver-aks/package.json': manifest('driver-aks', 'driver', own('core')),
  'packages/driver-aks/src/index.ts': 'export const driver = 1;',
  'packages/driver-aks/vitest.config.ts': "import base from '../../vitest.config.base.ts';\nexport default base;",
  'packages/runtime/package.json': manifest('runtime', 'runtime', { dependencies: { ...own('core', 'driver-aks')['dependencies'] as object, tsyringe: '4' } }),
  'packages/runtime/src/index.ts': "import 'tsyringe';\nexport const load = () => import('@destino/driver-aks');",
  'apps/cli/package.json': manifest('cli', 'app', {
    ...own('runtime'),
    peerDependencies: { '@destino/driver-testkit': '*' },
    peerDependenciesMeta: { '@destino/driver-testkit': { optional: true } },
  }),
  'apps/cli/src/index.ts': "export const verify = async () => (await import('@destino/driver-testkit')).kit;\nconsole.log(process.env, Date.now());",
};

/** Writes the clean repository with some files changed and gives what the check says about it. */
export function violationsOf(changed: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'destino-boundaries-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries({ ...clean, ...changed })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return findViolations(root).violations;
}

export { coreManifest, manifest, own };
