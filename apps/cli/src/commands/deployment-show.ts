import { DestinoError } from '@destino/core/errors';
import { deploymentObject } from '../render/endpoint.ts';
import { stateText } from '../render/job-lines.ts';
import { findDeployment } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const { endpoint, deployment } = await findDeployment(destino, given);
  const { deployments } = await destino.endpoints.get(endpoint);
  const found = deployments.find(({ name }) => name === deployment);
  if (found === undefined) throw new DestinoError('not-found', `endpoint ${endpoint} has no deployment '${deployment}'`, { scope: endpoint, hint: `destino deployment list --endpoint ${endpoint}` });
  const measures = (await destino.endpoints.measures(endpoint))[deployment];
  if (console.json) {
    console.object(deploymentObject(found, measures));
    return;
  }
  const { copies, model, reason } = found;
  const minute = measures?.lastMinute;
  const lines: (readonly [string, string | undefined])[] = [
    ['name', `${endpoint}/${deployment}`],
    ['state', stateText(console, found.state)],
    ['reason', reason === undefined ? undefined : `${reason.text}${reason.fix === undefined ? '' : ` (${reason.fix})`}`],
    ['target', found.target],
    ['model', model === undefined ? undefined : `${model.name}:${model.version}`],
    ['copies', copies === undefined ? undefined : `${copies.ready} of ${copies.want} ready, ${copies.failed} failed${copies.unreachable === 0 ? '' : `, ${copies.unreachable} unreachable`}`],
    ['traffic', `${found.traffic} %${found.mirror === 0 ? '' : `, ${found.mirror} % mirrored`}${found.retiring ? ', kept for a way back' : ''}`],
    ['requests', measures === undefined ? undefined : `${measures.requests}, ${measures.failures} of them faults; ${measures.inFlight} under way`],
    ['last minute', minute === undefined ? undefined : `${minute.requestsPerSecond}/s, p50 ${minute.p50Ms ?? '-'} ms, p90 ${minute.p90Ms ?? '-'} ms, p99 ${minute.p99Ms ?? '-'} ms`],
  ];
  for (const [label, value] of lines) if (value !== undefined) console.line(`${label.padEnd(12)}${value}`);
};
