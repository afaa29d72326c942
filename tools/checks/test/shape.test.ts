import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '@destino/repository';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkRepository } from '../src/shape/check-repository.ts';
import { fixRepository } from '../src/shape/fix-repository.ts';

/** Two packages in one line each of what they lack. */
function repository(): string {
  const root = mkdtempSync(join(tmpdir(), 'destino-shape-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const shared = '"version": "0.1.0", "private": true, "description": "x", "license": "MIT", "type": "module", "engines": { "node": ">=22.19" }';
  const files = {
    'package.json': '{ "workspaces": ["packages/*"] }',
    'tsconfig.json': '{ "references": [{ "path": "packages/gone" }] }',
    'packages/a/package.json': `{ "name": "@destino/a", ${shared}, "nx": { "tags": ["type:core"] } }`,
    'packages/a/tsconfig.json': '{ "references": [] }',
    'packages/b/package.json': `{ "name": "@destino/b", ${shared}, "dependencies": { "@destino/a": "0.1.0" }, "nx": { "tags": ["type:driver"] } }`,
    'packages/b/tsconfig.json': '{ "references": [] }',
    'packages/b/src/b.test.ts': '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const linesOf = (root: string): string[] => checkRepository(root).map(({ file, message }) => `${file}: ${message}`);
const targets = '"nx" needs "targets": { "build": {}, "typecheck": {}, "lint": {}, "test": {} }';
const unrun = 'packages/b/vitest.config.ts: is missing, so that none of its tests run; re-export ../../vitest.config.base.ts from it';

describe('the shape check', () => {
  it('says which line each file lacks', () => {
    expect(linesOf(repository())).toEqual([
      'tsconfig.json: needs the line { "path": "packages/a" }',
      'tsconfig.json: needs the line { "path": "packages/b" }',
      'tsconfig.json: names packages/gone, which is no package',
      `packages/a/package.json: ${targets}`,
      `packages/b/package.json: ${targets}`,
      unrun,
      'packages/b/tsconfig.json: "references" needs { "path": "../a" }',
    ]);
  });

  it('writes those lines by itself where they follow from the packages alone', () => {
    const root = repository();
    fixRepository(root);
    expect(linesOf(root)).toEqual([unrun]);
  });

  it('finds this repository in shape', () => {
    expect(linesOf(repositoryRoot)).toEqual([]);
  });
});
