import { describe, expect, it } from 'vitest';
import { coreManifest, manifest, own, violationsOf } from './fixture.ts';

const aks = 'packages/driver-aks/src/index.ts';
const core = 'packages/core/src/driver/index.ts';

/** Each rule, a deliberate breach of it, and the whole line that the check prints. */
const breaches: readonly { rule: string; files: Record<string, string>; says: string }[] = [
  {
    rule: 'a driver imports another driver',
    files: { [aks]: "import '@destino/driver-ssh';", 'packages/driver-aks/package.json': manifest('driver-aks', 'driver', own('core', 'driver-ssh')) },
    says: `${aks}:1: a type:driver package may not import @destino/driver-ssh (type:driver); it may import type:core, type:support`,
  },
  {
    rule: 'a driver imports the engine',
    files: { [aks]: "\nimport type { Engine } from '@destino/core/engine';\nexport type { Engine };" },
    says: `${aks}:2: a driver may import only @destino/core/driver, @destino/core/errors, @destino/core/model, not '@destino/core/engine'`,
  },
  {
    rule: 'a driver imports the root of core',
    files: { [aks]: "export { code } from '@destino/core';" },
    says: `${aks}:1: a driver may import only @destino/core/driver, @destino/core/errors, @destino/core/model, not '@destino/core'`,
  },
  {
    rule: 'a driver uses the testkit outside its tests',
    files: {
      'packages/driver-ssh/package.json': manifest('driver-ssh', 'driver', own('core', 'driver-testkit')),
      'packages/driver-ssh/src/index.ts': "export const kit = () => import('@destino/driver-testkit');",
    },
    says: 'packages/driver-ssh/src/index.ts:1: a type:driver package may not import @destino/driver-testkit (type:testkit); it may import type:core, type:support',
  },
  {
    rule: 'core imports a package of ours',
    files: { [core]: "import '@destino/ssh';", 'packages/core/package.json': coreManifest(own('ssh')), 'packages/ssh/package.json': manifest('ssh', 'support'), 'packages/ssh/src/index.ts': '' },
    says: `${core}:1: a type:core package may not import @destino/ssh (type:support); it imports none of our packages`,
  },
  {
    rule: "core's contract imports the engine",
    files: { [core]: "export { code } from '../engine/index.ts';" },
    says: `${core}:1: core/driver may import only core/driver, core/model, core/errors, not src/engine/index.ts`,
  },
  {
    rule: 'core imports a platform SDK',
    files: { 'packages/core/package.json': coreManifest({ dependencies: { '@azure/identity': '4' } }), [core]: "import '@azure/identity';" },
    says: `${core}:1: core knows no platform: @azure/identity belongs in a driver or a support package`,
  },
  {
    rule: 'an app imports a driver without the runtime',
    files: { 'apps/cli/package.json': manifest('cli', 'app', own('driver-aks')), 'apps/cli/src/index.ts': "import '@destino/driver-aks';" },
    says: 'apps/cli/src/index.ts:1: a type:app package may not import @destino/driver-aks (type:driver); it may import type:core, type:runtime, type:client',
  },
  {
    rule: 'an app imports the testkit when it starts',
    files: { 'apps/cli/src/index.ts': "import { kit } from '@destino/driver-testkit';\nkit();" },
    says: 'apps/cli/src/index.ts:1: a type:app package may not import @destino/driver-testkit (type:testkit); it may import type:core, type:runtime, type:client',
  },
  {
    rule: 'an import is not declared',
    files: { [aks]: "import 'left-pad';" },
    says: `${aks}:1: 'left-pad' is not declared; add left-pad to the dependencies or peerDependencies of packages/driver-aks/package.json`,
  },
  {
    rule: 'product code imports what only tests may have',
    files: { [aks]: "import { it } from 'vitest';\nit('', () => {});" },
    says: `${aks}:1: 'vitest' is not declared; add vitest to the dependencies or peerDependencies of packages/driver-aks/package.json`,
  },
  {
    rule: 'an import leaves its package',
    files: { [aks]: "export { code } from '../../core/src/errors/index.ts';" },
    says: `${aks}:1: '../../core/src/errors/index.ts' leaves the package @destino/driver-aks; import the other package by its name`,
  },
  {
    rule: 'an import reaches past the exports of a package',
    files: { 'packages/ssh/src/index.ts': "export { code } from '@destino/core/src/errors/index.ts';" },
    says: "packages/ssh/src/index.ts:1: '@destino/core/src/errors/index.ts' is not in the exports of packages/core/package.json",
  },
  {
    rule: 'the container is used outside runtime and apps',
    files: { 'packages/ssh/package.json': manifest('ssh', 'support', { dependencies: { tsyringe: '4', '@destino/core': '0.1.0' } }), 'packages/ssh/src/index.ts': "import 'tsyringe';" },
    says: 'packages/ssh/src/index.ts:1: tsyringe may be used only by type:runtime and type:app, not by type:support',
  },
  {
    rule: 'packages depend on each other in a circle',
    files: { 'packages/core/package.json': coreManifest({ devDependencies: { '@destino/ssh': '0.1.0' } }) },
    says: 'packages import each other in a circle: @destino/core → @destino/ssh → @destino/core',
  },
  {
    rule: 'a package says no type',
    files: { 'packages/ssh/package.json': JSON.stringify({ name: '@destino/ssh', exports: './src/index.ts' }) },
    says: 'packages/ssh/package.json: nx.tags needs exactly one of type:core type:support type:driver type:testkit type:emulator type:runtime type:client type:app type:tool',
  },
  { rule: 'a module of Node has no prefix', files: { [aks]: "import 'fs';" }, says: `${aks}:1: import 'fs' as 'node:fs'` },
  ...['process.env', 'Date.now', 'new Date()', 'Math.random', 'globalThis.process'].map((what) => ({
    rule: `a driver uses ${what}`,
    files: { [aks]: `export const value = () => ${what};` },
    says: `${aks}:1: ${what} in type:driver; take it from the injected context`,
  })),
  { rule: 'core writes to the console', files: { [core]: "console.log('x');" }, says: `${core}:1: console in type:core; take it from the injected context` },
  { rule: 'core imports the process', files: { [core]: "import { env } from 'node:process';\nenv;" }, says: `${core}:1: node:process in type:core; take it from the injected context` },
];

describe('boundaries', () => {
  it('has nothing to say about a repository that keeps every rule', () => {
    expect(violationsOf({})).toEqual([]);
  });

  for (const { rule, files, says } of breaches) {
    it(`reports when ${rule}`, () => {
      expect(violationsOf(files)).toEqual([says]);
    });
  }
});
