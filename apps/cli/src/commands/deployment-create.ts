import { flag, textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';
import { deploy, deployInput } from './deploy.ts';

/** Adds a deployment to an endpoint, or changes one; the traffic stays as it is unless all is asked for. */
export const run: Run = async (context, given) => {
  const destino = await context.open({ reconcile: false });
  const input = await deployInput(destino, given, textArgument(given, 'file'));
  return await deploy(context, destino, given, { ...input, traffic: flag(given, 'allTraffic') ? 'all' : 'none' });
};
