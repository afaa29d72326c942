import { describe, expect, it } from 'vitest';
import { driverFiles } from './driver-files.ts';

describe('driverFiles', () => {
  it('gives a package of its own with its tests, every place in it filled', () => {
    const made = driverFiles({ kind: 'acme-batch', place: 'outside' });
    expect(made.package).toBe('destino-driver-acme-batch');
    expect([...made.files.keys()]).toEqual(expect.arrayContaining(['README.md', 'package.json', 'src/conformance.ts', 'src/map-state.test.ts', 'test/conformance.test.ts', 'tsconfig.json']));
    expect(made.files.get('src/handle.ts')).toContain("export const kind = 'acme-batch';");
    expect(made.page).toContain('kind: acme-batch');
    for (const text of [made.page, ...made.files.values()]) expect(text).not.toMatch(/\{\{\w+\}\}/);
  });

  it('gives one of this repository the same sources, under a name of ours', () => {
    const [inside, outside] = [driverFiles({ kind: 'acme', place: 'inside' }), driverFiles({ kind: 'acme', place: 'outside' })];
    expect(inside.package).toBe('@destino/driver-acme');
    expect(inside.files.get('src/jobs.ts')).toBe(outside.files.get('src/jobs.ts'));
    expect(inside.files.get('package.json')).toContain('"@destino/source"');
  });

  it('refuses a kind that is not kebab-case', () => {
    for (const kind of ['Acme', 'a_b', '../x', '']) expect(() => driverFiles({ kind, place: 'outside' })).toThrow('is no kind of a driver');
  });
});
