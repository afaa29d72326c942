import { existsSync } from 'node:fs';
import { DestinoError } from '@destino/core/errors';
import { sizeText, type Destino, type Model, type ModelOrigin, type RegisterModel } from '@destino/runtime';
import { listOption, mapOption, textArgument, textOption } from '../given.ts';
import { modelObject } from '../render/endpoint.ts';
import type { Given, Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const { model, created } = await register(destino, given);
  if (console.json) console.object(modelObject(model));
  else if (console.quiet) console.line(`${model.name}:${model.version}`);
  else console.line(`${model.name}:${model.version}  ${model.files} ${model.files === 1 ? 'file' : 'files'}, ${sizeText(model.sizeBytes)}${created ? '' : ', registered already'}${model.lineage.job === undefined ? '' : `, of job ${model.lineage.job}`}`);
};

async function register(destino: Destino, given: Given): Promise<{ model: Model; created: boolean }> {
  const said = textArgument(given, 'from') ?? textOption(given, 'path');
  const file = textOption(given, 'file') ?? (said !== undefined && /\.ya?ml$/i.test(said) ? said : undefined);
  const [name, version] = [textOption(given, 'name'), textOption(given, 'version')];
  if (file !== undefined) return await destino.models.registerFile({ file, name, version, set: listOption(given, 'set') });
  if (said === undefined) throw new DestinoError('config-invalid', 'there is nothing to register', { hint: 'destino model register PATH --name NAME, or JOB:OUTPUT' });
  const type = textOption(given, 'type') as RegisterModel['type'] | undefined;
  const description = textOption(given, 'description');
  const from = await origin(said);
  const named = name ?? ('output' in from ? from.output : undefined);
  if (named === undefined) throw new DestinoError('config-invalid', 'a model needs a name', { hint: `destino model register ${said} --name NAME` });
  return await destino.models.register({ name: named, from, tags: mapOption(given, 'tag'), ...(version !== undefined && { version }), ...(type !== undefined && { type }), ...(description !== undefined && { description }) });
}

/** What lies here goes before a job of the same name. */
async function origin(said: string): Promise<ModelOrigin> {
  if (existsSync(said)) return { path: said };
  if (/^(azureml|runs):\//.test(said)) return await (await import('@destino/runtime/files')).originOfUri(said);
  const [job = '', output = ''] = said.split(/:(.*)/s);
  if (output === '') return { path: said };
  const [name = '', ...below] = output.split('/');
  return { job, output: name, below: below.join('/') };
}
