import type { Problem, ServiceSpec, TargetProbe } from '@destino/core/model';
import { isEntryScript } from '@destino/scoring-host';
import type { LocalConfig } from '../config.ts';
import { z } from 'zod';

export const noContainers = 'the local driver serves entry scripts; it does not start containers with a server of their own yet';

function error(path: string, code: string, message: string, hint: string): Problem {
  return { severity: 'error', path, code, message, hint };
}

/** What this machine cannot do with a service. */
export function checkService(service: ServiceSpec, config: LocalConfig, lastProbe?: TargetProbe): Problem[] {
  const { server, environment } = service;
  if (server.kind === 'container') return [error('server', 'services.container', noContainers, 'serve an entry script here, or deploy it to another target')];
  const problems: Problem[] = [];
  if (!isEntryScript(server.entryScript)) problems.push(error('server.entryScript', 'entry-script', `'${server.entryScript}' is no entry script`, 'name a file that ends in .py, .js, .mjs, .cjs, .ts, .mts or .cts'));
  if (environment.kind !== 'host' && environment.kind !== 'venv') {
    problems.push(error('environment', `services.${environment.kind}`, `the local driver serves with the interpreter of this machine or a virtual environment, not with '${environment.kind}'`, 'give the packages as requirements, or deploy with --env host'));
  }
  return [...problems, ...checkRoom(service, config, lastProbe), ...checkVariables(service)];
}

function checkRoom({ resources, copies }: ServiceSpec, config: LocalConfig, lastProbe?: TargetProbe): Problem[] {
  const has = z.object({ cores: z.number(), memoryBytes: z.number(), gpus: z.array(z.unknown()) }).partial().safeParse(lastProbe?.attributes ?? {}).data ?? {};
  const most = { cores: config.cores ?? has.cores, memoryBytes: config.memoryBytes ?? has.memoryBytes, gpus: config.gpus?.length ?? has.gpus?.length };
  const count = Math.max(1, copies.min);
  return (['cores', 'memoryBytes', 'gpus'] as const).flatMap((name) => {
    const [wanted, there] = [(resources[name] ?? 0) * count, most[name]];
    if (there === undefined || wanted <= there) return [];
    return [error(`resources.${name}`, 'too-large', `${count} copies want ${wanted} ${name}; services here may take ${there}`, 'ask for less or for fewer copies, or deploy it to a larger target')];
  });
}

function checkVariables({ variables, secrets }: ServiceSpec): Problem[] {
  const bad = [...Object.entries(variables), ...Object.keys(secrets).map((name): [string, string] => [name, ''])].filter(([name, value]) => name === '' || /[=\0]/.test(name) || value.includes('\0'));
  return bad.map(([name]) => error(`variables.${name}`, 'variable-name', `no process can have a variable '${name}' with this value`, 'variables hold no NUL, and names no equals sign'));
}
