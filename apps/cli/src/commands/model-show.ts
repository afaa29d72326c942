import { sizeText } from '@destino/runtime';
import { modelObject } from '../render/endpoint.ts';
import { modelSaid } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const model = await destino.models.get(modelSaid(given));
  if (console.json) {
    console.object(modelObject(model));
    return;
  }
  const { lineage } = model;
  const tags = Object.entries(model.tags).map(([key, value]) => `${key}=${value}`).join(' ');
  const lines: (readonly [string, string | undefined])[] = [
    ['model', `${model.name}:${model.version}`],
    ['about', model.description],
    ['type', model.type],
    ['content', `${model.snapshot.slice(0, 12)}, ${model.files} ${model.files === 1 ? 'file' : 'files'}, ${sizeText(model.sizeBytes)}`],
    ['created', `${model.createdAt}${model.createdBy === undefined ? '' : ` by ${model.createdBy}`}`],
    ['job', lineage.job === undefined ? undefined : `${lineage.job}:${lineage.output ?? ''} (attempt ${lineage.attempt ?? 1} on ${lineage.target ?? ''})`],
    ['code', lineage.snapshot?.slice(0, 12)],
    ['environment', lineage.environment?.kind],
    ['path', lineage.path],
    ['tags', tags === '' ? undefined : tags],
  ];
  for (const [label, value] of lines) if (value !== undefined) console.line(`${label.padEnd(12)}${value}`);
};
