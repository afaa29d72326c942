import { DestinoError } from '@destino/core/errors';
import { flag } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { modelObject } from '../render/endpoint.ts';
import { modelSaid } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const said = modelSaid(given);
  if (!/[:@]/.test(said)) throw new DestinoError('config-invalid', `which version of ${said}?`, { hint: `destino model list ${said}` });
  const { name, version } = await destino.models.get(said);
  await confirm(console, `Forget model ${name}:${version}?`, flag(given, 'yes'));
  const model = await destino.models.delete({ name, version });
  if (console.json) console.object(modelObject(model));
  else console.line(`${name}:${version}  deleted`);
};
