import type { Input, InputSource, Output } from '@destino/core/model';
import type { z } from 'zod';
import { parseReference } from '../environment/asset-reference.ts';
import { parseExpressions } from '../expression/expression.ts';
import type { CommandScope } from '../expression/render-command.ts';
import type { CommandJobFile } from '../schema/command-job.ts';
import type { inputField, outputField } from '../schema/job-fields.ts';
import { fieldPath } from '../text/field-path.ts';
import { problemAt, type FormatProblem } from '../text/problem.ts';
import { localPath, type Surroundings } from './local-path.ts';

type InputValue = z.infer<typeof inputField>;
type OutputValue = z.infer<typeof outputField>;

export type JobData = { inputs: Record<string, Input>; outputs: Record<string, Output>; scope: CommandScope; problems: FormatProblem[] };

/** Inputs and outputs as a job spec has them, local paths checked, and what a command may name. */
export async function jobData(around: Surroundings, value: CommandJobFile): Promise<JobData> {
  const data: JobData = { inputs: {}, outputs: {}, scope: { inputs: new Map(), outputs: new Set(Object.keys(value.outputs ?? {})) }, problems: literalsLikeFields(around, value) };
  const known = data.scope.inputs as Map<string, { literal: string } | 'data' | 'absent'>;
  for (const [name, written] of Object.entries(value.inputs ?? {})) {
    const { input, problems } = await readInput(around, name, written);
    data.problems.push(...problems);
    if (input !== undefined) data.inputs[name] = input;
    known.set(name, input === undefined ? 'absent' : input.type === 'literal' ? { literal: input.value } : 'data');
  }
  for (const [name, written] of Object.entries(value.outputs ?? {})) data.outputs[name] = readOutput(written);
  return data;
}

type ReadInput = { input: Input | undefined; problems: FormatProblem[] };

async function readInput(around: Surroundings, name: string, written: InputValue): Promise<ReadInput> {
  const field = fieldPath(['inputs', name]);
  const at = (code: string, message: string, hint?: string): FormatProblem => problemAt(around.file, around.places.get(field), { path: field, code, message, hint });
  if (typeof written === 'string') {
    const expression = parseExpressions(written).pieces.find((piece) => 'reference' in piece);
    if (expression !== undefined && 'reference' in expression) return { input: undefined, problems: [at('expression', `${expression.reference.raw} has a meaning only in a step of a pipeline`, `--input ${name}=VALUE`)] };
    return { input: { type: 'literal', value: written }, problems: [] };
  }
  const { type = 'uri_folder', path, value } = written;
  if (type === 'string' || type === 'number' || type === 'integer' || type === 'boolean') {
    const literal = value ?? path;
    return literal === undefined ? { input: undefined, problems: [at('input-missing', `the input "${name}" has no value`, `--input ${name}=VALUE`)] } : { input: { type: 'literal', value: literal }, problems: [] };
  }
  if (path === undefined) return { input: undefined, problems: [at('input-missing', `the input "${name}" has no path`, `--input ${name}=PATH`)] };
  const { source, problems, isFile } = await sourceOf(around, path, `${field}.path`, written.type);
  const real = written.type === undefined && isFile ? 'uri_file' : type;
  return { input: { type: real, mode: written.mode ?? 'ro_mount', source }, problems };
}

/** Where data comes from. What is on this machine must be there; a file given as a folder is only warned of. */
async function sourceOf(around: Surroundings, path: string, field: string, type: string | undefined): Promise<{ source: InputSource; problems: FormatProblem[]; isFile: boolean }> {
  const reference = parseReference(path);
  if (reference.form === 'job-output' && reference.path === '') return { source: { from: 'job', job: reference.job, output: reference.output }, problems: [], isFile: false };
  if (reference.form !== 'path') return { source: { from: 'uri', uri: path.trim() }, problems: [], isFile: false };
  const found = await localPath(around, reference.path, field, 'either');
  const problems = [...found.problems];
  const wanted = type === 'uri_file' ? 'file' : type === 'uri_folder' || type === 'mltable' ? 'folder' : undefined;
  if (wanted !== undefined && found.kind !== undefined && found.kind !== wanted) {
    const message = `${path} is a ${found.kind}, and the input says ${type ?? ''}`;
    problems.push(problemAt(around.file, around.places.get(field), { severity: 'warning', path: field, code: 'path-kind', message, hint: `type: ${found.kind === 'file' ? 'uri_file' : 'uri_folder'}` }));
  }
  return { source: { from: 'path', path: found.path }, problems, isFile: found.kind === 'file' };
}

function readOutput(written: OutputValue): Output {
  const { type = 'uri_folder', mode = 'rw_mount', path } = written ?? {};
  return { type, mode, ...(path !== undefined && { uri: path }) };
}

/** `inputs: { type: uri_file, data: https://… }` are two texts named type and data, which nobody means. */
function literalsLikeFields(around: Surroundings, value: CommandJobFile): FormatProblem[] {
  return Object.entries(value.inputs ?? {}).flatMap(([name, written]) => {
    const looks = name === 'type' ? /^(uri_|mltable|.*_model$)/ : name === 'mode' ? /mount|download|direct/ : undefined;
    if (looks === undefined || typeof written !== 'string' || !looks.test(written)) return [];
    const path = `inputs.${name}`;
    const message = `"${name}" is read as an input of that name, with the text "${written}"`;
    return [problemAt(around.file, around.places.get(path), { severity: 'warning', path, code: 'input-like-field', message, hint: 'for data write inputs: { NAME: { type: uri_file, path: … } }' })];
  });
}
