import { sizeText } from '@destino/runtime';
import { numberOption, textArgument, textOption } from '../given.ts';
import { modelObject } from '../render/endpoint.ts';
import { table } from '../render/table.ts';
import { agoText } from '../render/time.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const models = await destino.models.list({ name: textArgument(given, 'name') ?? textOption(given, 'name'), limit: numberOption(given, 'limit', 1) ?? 50 });
  const nowMs = destino.clock.wallMs();
  if (console.json) for (const model of models) console.object(modelObject(model));
  else if (console.names || console.quiet) for (const { name, version } of models) console.line(`${name}:${version}`);
  else if (models.length === 0) console.note('no models');
  else console.line(table(['MODEL', 'TYPE', 'SIZE', 'CREATED', 'FROM'], models.map((model) => [`${model.name}:${model.version}`, model.type, sizeText(model.sizeBytes), agoText(model.createdAt, nowMs), model.lineage.job === undefined ? (model.lineage.path ?? '') : `${model.lineage.job}:${model.lineage.output ?? ''}`])));
};
