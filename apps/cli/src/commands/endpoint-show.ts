import { printEndpoint } from '../render/endpoint.ts';
import { findEndpoint } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const destino = await context.open();
  const name = await findEndpoint(destino, given);
  printEndpoint(context.console, await destino.endpoints.get(name), await destino.endpoints.measures(name), destino.clock.wallMs());
};
