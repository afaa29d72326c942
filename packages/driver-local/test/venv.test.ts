import { describe, expect, it } from 'vitest';
import { check } from '../src/check.ts';
import { spec } from './trial.ts';
import { buildText } from '@destino/helper';
import { chooseMaker } from '../src/venv/choose-maker.ts';
import { admitsPython } from '@destino/helper';

const pythons = [{ program: '/usr/bin/python3', version: '3.11.2' }, { program: '/usr/bin/python3.9', version: '3.9.1' }];

describe('the Python of a virtual environment', () => {
  it.each([
    ['==3.11.*', '3.11.2', true],
    ['==3.1.*', '3.11.2', false],
    ['==3.11', '3.11.0', true],
    ['>=3.8,<3.11', '3.10.9', true],
    ['>=3.8,<3.11', '3.11.0', false],
    ['~=3.9', '3.12.1', true],
    ['~=3.9.2', '3.10.0', false],
    ['!=3.9.*', '3.9.1', false],
    ['', '3.9.1', true],
  ])('%s and %s: %s', (specifier, version, admitted) => {
    expect(admitsPython(specifier, version)).toBe(admitted);
  });

  it('is the first that fits', () => {
    expect(chooseMaker({ python: '<3.11' }, pythons, '/nowhere')).toMatchObject({ tool: 'venv', python: { version: '3.9.1' } });
  });

  it('is refused with the versions that are here, and taken all the same when relaxed', () => {
    expect(chooseMaker({ python: '==3.7.*' }, pythons, '/nowhere')).toEqual({ refusal: expect.stringContaining('wants Python ==3.7.*, and this machine has 3.11.2, 3.9.1; ') as string });
    expect(chooseMaker({ python: '==3.7.*', relaxed: true }, pythons, '/nowhere')).toMatchObject({ tool: 'venv', python: { version: '3.11.2' }, note: expect.stringContaining('gets 3.11.2') as string });
    expect(chooseMaker({}, [], '/nowhere')).toMatchObject({ refusal: expect.stringContaining('no python3 here') as string });
  });

  it('is judged by what the probe saw, save for jobs that look elsewhere too', () => {
    const probe = { health: 'healthy' as const, text: 'x', attributes: { pythons: ['3.11.2'], environmentTools: [] }, missing: {} };
    const job = (PATH: string) => spec('true', { environment: { kind: 'venv', hash: 'x', requirements: [], python: '==3.8.*' }, baseVariables: { PATH } });
    expect(check({ job: job('/usr/bin') }, {}, probe)).toMatchObject([{ severity: 'error', code: 'jobs.venv', message: 'it wants Python ==3.8.*, and this machine has 3.11.2' }]);
    expect(check({ job: job('/opt/own/bin:/usr/bin') }, {}, probe)).toMatchObject([{ severity: 'warning' }]);
    expect(check({ job: job('/usr/bin') }, {}, { ...probe, attributes: { pythons: [], environmentTools: ['uv'] } })).toEqual([]);
  });
});

describe('the building of a virtual environment', () => {
  it('leaves the choice of a Python that is not here to the tool', () => {
    const text = buildText({ tool: 'uv', program: '/usr/bin/uv', wanted: '==3.10.*' }, { requirements: ['numpy'], relaxed: false }, '/job');
    expect(text).toContain("venv --quiet --seed --python '==3.10.*' \"$1\"");
  });

  it('takes packages one by one only when relaxed, each with the options of the list', () => {
    const wanted = { requirements: ['--no-index', "it's"], relaxed: true };
    expect(buildText({ tool: 'venv', python: { program: '/p', version: '3.11.2' } }, wanted, '/job')).toContain(String.raw`--no-index 'it'\''s' >`);
    expect(buildText({ tool: 'venv', python: { program: '/p', version: '3.11.2' } }, { ...wanted, relaxed: false }, '/job')).not.toContain('left-out');
  });
});
