import { describe, expect, it } from 'vitest';
import { sourceFile } from '../text/source-file.ts';
import { readYamlFile } from '../yaml/read-file.ts';
import { jsonSchema } from './json-schema.ts';
import { fileKinds, type Verb } from './kind.ts';

const read = (text: string, verb?: Verb) => {
  const { kind, problems } = readYamlFile(sourceFile('x.yml', text), { verb });
  return kind ?? problems.map((each) => `${each.line}: ${each.code}`).join();
};

describe('the kind of a file', () => {
  it.each([
    ['$schema: https://azuremlschemas.azureedge.net/latest/amlCompute.schema.json \nname: abc\ntype: amlcompute\n', 'amlcompute'],
    ['$schema: https://azuremlsdk2.blob.core.windows.net/latest/managedOnlineEndpoint.schema.json\n', 'online-endpoint'],
    ['command: ls\nenvironment: azureml:x\n', 'command-job'],
    ['command: ls\nenvironment: azureml:x\ninputs: {a: {type: string, default: x}}\n', 'command-component'],
    ['image: python\n', 'environment'],
    ['auth_mode: key\n', 'online-endpoint'],
    ['kind: ssh\nconfig: {host: gpu1}\n', 'target'],
    ['targets: {gpu1: {kind: ssh}}\n', 'workspace'],
    ['type: mlflow_model\npath: x\n', 'model'],
  ])('of %j is %s', (text, kind) => {
    expect(read(text)).toBe(kind);
  });

  it('is settled by the verb where a type is shared by several', () => {
    expect(read('type: kubernetes\nname: aks1\nresource_id: /x\n', 'target')).toBe('kubernetes');
    expect(read('type: kubernetes\nname: aks1\n', 'endpoint')).toBe('online-endpoint');
    expect(read('type: command\ncommand: ls\nenvironment: x\n', 'component')).toBe('command-component');
    expect(read('path: x\nname: m\n', 'model')).toBe('model');
  });

  it.each([
    ['type: sweep\ntrial: {}\n', '1: kind-not-yet'],
    ['$schema: x/pipelineJob.schema.json\njobs: {}\n', '1: kind-not-yet'],
    ['name: x\ntype: automl\n', '2: kind-outside'],
    ['$schema: x/workspace.schema.json\n', '1: kind-outside'],
    ['channels: [x]\ndependencies: [y]\n', '1: kind-conda'],
    ['name: x\n', '1: kind-unclear'],
    ['$schema: x/comandJob.schema.json\n', '1: kind-unclear'],
    ['- a\n', '1: wrong-type'],
  ])('of %j is refused by name', (text, told) => {
    expect(read(text)).toBe(told);
  });

  it('that is not what the command takes is told with the command that takes it', () => {
    const { problems } = readYamlFile(sourceFile('e.yml', 'auth_mode: key\n'), { verb: 'job' });
    expect(problems[0]).toMatchObject({ code: 'kind-other', message: 'this file is an online-endpoint, not a job', hint: 'destino endpoint create -f e.yml' });
  });
});

describe('what schemas check beyond types', () => {
  it('is told at the field', () => {
    const { problems } = readYamlFile(sourceFile('e.yml', '$schema: x/managedOnlineEndpoint.schema.json\ntraffic: {blue: 90, green: 20}\n'));
    expect(problems).toMatchObject([{ line: 2, path: 'traffic', message: 'traffic: the percentages must add up to 0 or 100' }]);
  });
});

describe('a file with very many faults', () => {
  it('tells a hundred of them and how many there are beyond', () => {
    const text = `command: ls\nenvironment: x\n${Array.from({ length: 5000 }, (_, at) => `zz${at}: 1\n`).join('')}`;
    const { problems } = readYamlFile(sourceFile('j.yml', text), { verb: 'job' });
    expect([problems.length, problems.at(-1)?.message]).toEqual([101, '4900 more problems of j.yml are not shown']);
  });
});

describe('JSON Schemas', () => {
  it.each(fileKinds)('of %s describe its fields and take no others', (kind) => {
    const schema = jsonSchema(kind) as { additionalProperties?: boolean; properties?: Record<string, { description?: string }> };
    expect(schema.additionalProperties).toBe(false);
    expect(Object.values(schema.properties ?? {}).filter((each) => each.description !== undefined).length).toBeGreaterThan(2);
  });

  it('let text be written as a number, as version: 1.10 is', () => {
    expect(jsonSchema('model')).toMatchObject({ properties: { version: { type: ['string', 'number', 'boolean'] } } });
  });
});
