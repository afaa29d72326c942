import { describe, expect, it } from 'vitest';
import { sourceFile } from '../text/source-file.ts';
import { readYamlFile } from '../yaml/read-file.ts';
import { applyInput, applySet } from './override.ts';

const job = `command: ls
environment: azureml:x
inputs: {lr: 0.1, data: {type: uri_folder}, n: {type: integer}}
tags: {a: b}
resources:
  locations: [x, y]
description:
`;

function set(...settings: string[]) {
  const { value, problems } = readYamlFile(sourceFile('job.yml', job), { verb: 'job', change: (tree) => settings.flatMap((each) => applySet(tree, each)) });
  return value ?? problems.map((each) => each.message);
}

function input(name: string, value: string) {
  const { value: read, problems } = readYamlFile(sourceFile('job.yml', job), { verb: 'job', change: (tree) => applyInput(tree, name, value, (path) => `/cwd/${path}`) });
  return read === undefined ? problems.map((each) => each.message) : (read as { inputs: Record<string, unknown> }).inputs[name];
}

describe('--set', () => {
  it('takes its types from the schema of the field', () => {
    expect(set('resources.instance_count=2', 'inputs.lr=1e-3', 'tags.version=1.10', 'tags.flag=true', 'inputs.flag=true', 'description=')).toMatchObject({
      resources: { instance_count: 2 }, inputs: { lr: '1e-3', flag: 'True' }, tags: { version: '1.10', flag: 'true' }, description: '',
    });
  });

  it('reaches keys with dots, list entries, one past the end of a list, and makes what is missing', () => {
    expect(set('tags["destino.retry"]=3', 'resources.locations[0]=z', 'resources.locations[2]=w', 'limits.timeout=60')).toMatchObject({
      tags: { 'destino.retry': '3' }, resources: { locations: ['z', 'y', 'w'] }, limits: { timeout: 60 },
    });
  });

  it('removes by null and takes YAML for whole values', () => {
    const read = set('inputs.lr=null', 'resources.locations[0]=null', 'environment={image: "a:1", conda_file: c.yml}', 'tags.q="null"');
    expect(read).toMatchObject({ resources: { locations: ['y'] }, environment: { image: 'a:1', conda_file: 'c.yml' }, tags: { q: 'null' } });
    expect(read).not.toHaveProperty('inputs.lr');
  });

  it.each([
    ['environment.image=x', "--set environment.image=x cannot go into environment, which is text"],
    ['resources.locations[5]=x', '--set resources.locations[5]=x has no place resources.locations[5]: the list has 2 entries'],
    ['nonsense', '--set nonsense is not PATH=VALUE'],
    ['a={', '--set a={ has a value that is no YAML'],
    ['limits.timeout=soon', 'limits.timeout takes a whole number, not "soon"'],
    ['limts.timeout=1', '"limts" is no known field, did you mean "limits"?'],
  ])('%s is refused', (setting, told) => {
    expect(set(setting)).toContain(told);
  });
});

describe('--input', () => {
  it('gives data its path, meant from the folder of the command line, and others their value', () => {
    expect([input('data', 'x/y'), input('n', '7'), input('lr', '1e-3')]).toEqual([{ type: 'uri_folder', path: '/cwd/x/y' }, { type: 'integer', value: '7' }, '1e-3']);
  });

  it('of another name is refused with the nearest', () => {
    expect(input('dta', 'x')).toEqual(['--input dta names no input of the job, did you mean "data"?']);
  });
});
