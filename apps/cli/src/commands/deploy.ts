import { existsSync } from 'node:fs';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import type { DeployInput, Destino } from '@destino/runtime';
import { followRollout } from '../follow-rollout.ts';
import { durationOption, flag, listOption, mapOption, numberOption, textArgument, textOption } from '../given.ts';
import { forcedEnvironment } from '../forced-environment.ts';
import { confirm } from '../render/confirm.ts';
import { planLines } from '../render/endpoint.ts';
import type { CommandContext } from '../command-context.ts';
import type { Given, Run } from '../table/command.ts';

const defaultBakeMs = 10 * 60_000;

/** Serves a model behind an endpoint: shows what will be, asks, stores it, and waits until it is healthy. */
export const run: Run = async (context, given) => {
  const destino = await context.open({ reconcile: false });
  const input = await deployInput(destino, given, textArgument(given, 'what'));
  const canary = numberOption(given, 'canary', 1);
  if (canary === undefined && textOption(given, 'bake') !== undefined) throw new DestinoError('config-invalid', '--bake belongs to a canary', { hint: '--canary 10 --bake 10m' });
  if (canary !== undefined && (canary > 99 || !Number.isInteger(canary))) throw new DestinoError('config-invalid', `--canary ${canary} is no share of the traffic`, { hint: '--canary 10' });
  const none = given.options['traffic'] === false;
  return await deploy(context, destino, given, {
    ...input,
    traffic: none ? 'none' : 'all',
    ...(canary !== undefined && { canary: { percent: canary, bakeMs: durationOption(given, 'bake') ?? defaultBakeMs } }),
    keepWarmMs: durationOption(given, 'keepWarm'),
  });
};

export async function deploy(context: CommandContext, destino: Destino, given: Given, input: DeployInput): Promise<number> {
  const { console } = context;
  const plan = await destino.endpoints.plan(input);
  for (const line of planLines(console, plan)) console.note(line);
  await confirm(console, 'Proceed?', flag(given, 'yes') || plan.target === 'local' || (await destino.targets.get(plan.target)).kind === 'local');
  const { endpoint, serving } = await destino.endpoints.deploy({ ...input, name: plan.deployment, endpoint: plan.endpoint, target: plan.target });
  if (!serving.served) throw new DestinoError('unavailable', `it is stored, but nobody serves it: ${serving.reason}`, { scope: plan.endpoint, hint: 'see what runs: destino doctor' });
  return await followRollout(context, destino, { plan, since: endpoint.revision - 1, wait: given.options['wait'] !== false, toTheEnd: given.options['wait'] === true && input.canary !== undefined, hasRollout: input.traffic !== 'none' });
}

/** What the options of `deploy` and `deployment create` say of the content. */
export async function deployInput(destino: Destino, given: Given, what: string | undefined): Promise<DeployInput> {
  await destino.prepareTargets();
  const file = textOption(given, 'file') ?? (what !== undefined && isFile(what) ? what : undefined);
  const said = textOption(given, 'model') ?? (what !== file ? what : undefined);
  const endpoint = textOption(given, 'endpoint') ?? textOption(given, 'endpointName') ?? textOption(given, 'as');
  return {
    file,
    model: said === undefined ? undefined : await modelFor(destino, said, endpoint),
    endpoint,
    name: textOption(given, 'name'),
    target: textOption(given, 'target'),
    code: textOption(given, 'code'),
    script: textOption(given, 'script'),
    copies: numberOption(given, 'instanceCount', 1),
    set: listOption(given, 'set'),
    variables: mapOption(given, 'var'),
    environment: forcedEnvironment(textOption(given, 'env')),
    environmentRelaxed: flag(given, 'envRelaxed'),
  };
}

function isFile(what: string): boolean {
  return /\.ya?ml$/i.test(what) || existsSync(what);
}

/** A registered model by its name; the output of a job becomes a version of the model that the endpoint is named by. */
async function modelFor(destino: Destino, said: string, endpoint: string | undefined): Promise<string> {
  try {
    const { name, version } = await destino.models.get(said);
    return `${name}:${version}`;
  } catch (error) {
    const [job = '', output] = said.split(/:(.*)/s);
    if (!isDestinoError(error, 'not-found') || output === undefined || output === '') throw error;
    const [outputName = '', ...below] = output.split('/');
    const { model } = await destino.models.register({ name: endpoint ?? outputName, from: { job, output: outputName, below: below.join('/') } }).catch((other: unknown) => {
      if (!isDestinoError(other, 'not-found')) throw other;
      throw new DestinoError('not-found', `${said} is neither a model nor an output of a job: ${other.message}`, { scope: said, hint: other.hint, cause: error });
    });
    return `${model.name}:${model.version}`;
  }
}
