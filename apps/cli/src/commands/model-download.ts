import { resolve } from 'node:path';
import { sizeText } from '@destino/runtime';
import { textOption } from '../given.ts';
import { modelSaid } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const said = modelSaid(given);
  const to = textOption(given, 'to') ?? textOption(given, 'downloadPath') ?? (await destino.models.get(said)).name;
  const { model, folder } = await destino.models.download(said, resolve(to));
  if (console.json) console.object({ schemaVersion: 1, model: model.name, version: model.version, folder, files: model.files, sizeBytes: model.sizeBytes });
  else console.line(console.quiet ? folder : `${model.files} ${model.files === 1 ? 'file' : 'files'}, ${sizeText(model.sizeBytes)} in ${folder}`);
};
