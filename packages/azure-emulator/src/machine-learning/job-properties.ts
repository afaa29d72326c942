import { isRecord } from '../http/exchange.ts';
import { durationMs } from './compute-request.ts';
import type { Properties } from './records.ts';

export type JobInput = { name: string; value: string } | { name: string; uri: string; isFile: boolean };

/** What the emulator reads of a command job. */
export type CommandJob = {
  command: string;
  codeId?: string;
  environmentId: string;
  computeId: string;
  instances: number;
  variables: Record<string, string>;
  inputs: JobInput[];
  outputs: string[];
  timeoutMs?: number;
  distribution: { type: string; perInstance: number };
};

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function whole(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise;
}

/** Lenient as the service is: what is wrong shows when the job is to run. */
export function readCommandJob(properties: Properties): CommandJob {
  const resources = isRecord(properties['resources']) ? properties['resources'] : {};
  const limits = isRecord(properties['limits']) ? properties['limits'] : {};
  const distribution = isRecord(properties['distribution']) ? properties['distribution'] : {};
  const variables = isRecord(properties['environmentVariables']) ? properties['environmentVariables'] : {};
  const codeId = text(properties['codeId']);
  const timeoutMs = durationMs(text(limits['timeout']));
  return {
    command: text(properties['command']),
    ...(codeId !== '' && { codeId }),
    environmentId: text(properties['environmentId']),
    computeId: text(properties['computeId']),
    instances: whole(resources['instanceCount'], 1),
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    inputs: Object.entries(isRecord(properties['inputs']) ? properties['inputs'] : {}).map(([name, input]) => readInput(name, input)),
    outputs: Object.keys(isRecord(properties['outputs']) ? properties['outputs'] : {}).filter((name) => name !== 'default'),
    ...(timeoutMs !== undefined && { timeoutMs }),
    distribution: { type: text(distribution['distributionType']), perInstance: whole(distribution['processCountPerInstance'], 1) },
  };
}

function readInput(name: string, written: unknown): JobInput {
  const input = isRecord(written) ? written : {};
  if (input['jobInputType'] === 'literal') return { name, value: String(input['value'] ?? '') };
  return { name, uri: text(input['uri']), isFile: input['jobInputType'] === 'uri_file' };
}
