import type { z } from 'zod';
import { DestinoError, toDestinoError } from '../errors/index.ts';
import type { Problem } from '../model/index.ts';
import { jobRequestSchema, type Group, type JobRequest, type JobRequestInput } from './documents.ts';

/** Issues of a schema as problems, under a path. */
function schemaProblems(error: z.ZodError, under = ''): Problem[] {
  return error.issues.map(({ path, code, message }) => ({ severity: 'error', path: [under, ...path].filter((part) => part !== '').join('.'), code, message }));
}

/** Everything wrong with the steps of a parent: requests, names, order, and targets, of which `refuse` judges one step. */
export async function checkGroup(group: Group, refuse: (request: JobRequest) => Promise<void>, under = 'steps'): Promise<Problem[]> {
  const problems: Problem[] = [];
  const add = (path: string, code: string, message: string): void => void problems.push({ severity: 'error', path: `${under}.${path}`, code, message });
  const names = new Set<string>();
  for (const step of group.steps) {
    if (names.has(step.name)) add(step.name, 'repeated-step', `two steps are named '${step.name}'`);
    names.add(step.name);
    const request = jobRequestSchema.safeParse(step.request);
    if (!request.success) problems.push(...schemaProblems(request.error, `${under}.${step.name}.request`));
    else if (request.data.group !== undefined) problems.push(...(await checkGroup(request.data.group, refuse, `${under}.${step.name}.steps`)));
    else await refuse(request.data).catch((error: unknown) => add(step.name, toDestinoError(error).code, toDestinoError(error).message));
  }
  for (const { name, after } of group.steps) {
    for (const other of after) if (!names.has(other)) add(`${name}.after`, 'unknown-step', `there is no step '${other}'`);
  }
  for (const name of inCircles(group)) add(`${name}.after`, 'circle', `step '${name}' waits for itself`);
  return problems;
}

/** What is left when every step is taken away whose predecessors are gone. */
function inCircles(group: Group): string[] {
  let rest = group.steps;
  for (;;) {
    const names = new Set(rest.map(({ name }) => name));
    const next = rest.filter(({ after }) => after.some((other) => names.has(other)));
    if (next.length === rest.length) return rest.map(({ name }) => name);
    rest = next;
  }
}

/** @throws `config-invalid` with every problem. */
export function parseRequest(input: JobRequestInput): JobRequest {
  const result = jobRequestSchema.safeParse(input);
  if (!result.success) throw invalid('the request is not valid', schemaProblems(result.error));
  return result.data;
}

export function invalid(what: string, problems: readonly Problem[]): DestinoError {
  return new DestinoError('config-invalid', `${what}: ${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`, { details: [...problems] });
}
