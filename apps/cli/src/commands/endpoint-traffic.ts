import { splitText, type Endpoint } from '@destino/runtime';
import { listArgument, textOption } from '../given.ts';
import { endpointObject } from '../render/endpoint.ts';
import { findEndpoint, splitOf } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

/** Shows or changes the split. `--traffic`, as az has it, is the whole split; single words change what they name. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const first = given.arguments['name'];
  // `destino endpoint traffic blue=90 green=10` means the only endpoint there is.
  const isSplit = typeof first === 'string' && first.includes('=');
  const name = await findEndpoint(destino, isSplit ? { ...given, arguments: {} } : given);
  const words = [...(isSplit ? [first] : []), ...listArgument(given, 'split')];
  const whole = textOption(given, 'traffic');
  const mirror = textOption(given, 'mirror') ?? textOption(given, 'mirrorTraffic');
  let endpoint: Endpoint;
  if (words.length === 0 && whole === undefined && mirror === undefined) endpoint = await destino.endpoints.get(name);
  else {
    const split = whole === undefined ? splitOf(words) : splitOf([whole]);
    const copies = mirror === undefined ? undefined : mirror === 'none' ? {} : splitOf([mirror]);
    endpoint = await destino.endpoints.setTraffic(name, split, { whole: whole !== undefined, ...(copies !== undefined && { mirror: copies }) });
  }
  if (console.json) console.object(endpointObject(endpoint));
  else console.line(`${endpoint.name}  ${splitText(endpoint.traffic) || 'no traffic'}${Object.keys(endpoint.mirror).length === 0 ? '' : `, mirror ${splitText(endpoint.mirror)}`}  (revision ${endpoint.revision})`);
};
