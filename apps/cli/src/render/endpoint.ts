import { splitText, type Deployment, type DeployPlan, type Endpoint, type Measures, type Model } from '@destino/runtime';
import type { Console } from './console.ts';
import { stateText } from './job-lines.ts';
import { table } from './table.ts';
import { agoText } from './time.ts';

export type Measured = Readonly<Record<string, Measures>>;

/** The endpoint object of `--json`. Fields are only ever added within a major version. */
export function endpointObject(endpoint: Endpoint, measures: Measured = {}): Record<string, unknown> {
  return { ...endpoint, deployments: endpoint.deployments.map((deployment) => deploymentObject(deployment, measures[deployment.name])) };
}

export function deploymentObject(deployment: Deployment, measures: Measures | undefined): Record<string, unknown> {
  return { schemaVersion: 1, ...deployment, ...(measures !== undefined && { measures }) };
}

export function printEndpoint(console: Console, endpoint: Endpoint, measures: Measured, nowMs: number): void {
  if (console.json) {
    console.object(endpointObject(endpoint, measures));
    return;
  }
  if (console.quiet) {
    console.line(endpoint.name);
    return;
  }
  const { reason, rollout } = endpoint;
  const lines: (readonly [string, string | undefined])[] = [
    ['name', endpoint.name],
    ['about', endpoint.description],
    ['state', `${stateText(console, endpoint.state)}${endpoint.served ? '' : ', served by nobody now'}`],
    ['reason', reason === undefined ? undefined : `${reason.text}${reason.fix === undefined ? '' : ` (${reason.fix})`}`],
    ['address', endpoint.scoringUri ?? 'none yet'],
    ['traffic', splitText(endpoint.traffic) || 'none'],
    ['mirror', splitText(endpoint.mirror) || undefined],
    ['roll-out', rollout === undefined ? undefined : `${rollout.deployment}, ${rollout.bakingSinceMs === undefined ? 'until it is healthy' : `${rollout.percent ?? 0} % for ${Math.round(rollout.bakeMs / 1000)} s`}`],
    ['revision', `${endpoint.revision}${endpoint.applied < endpoint.revision ? ` (${endpoint.applied} is served)` : ''}`],
    ['created', `${endpoint.createdAt} (${agoText(endpoint.createdAt, nowMs)})${endpoint.createdBy === undefined ? '' : ` by ${endpoint.createdBy}`}`],
  ];
  for (const [label, value] of lines) if (value !== undefined) console.line(`${label.padEnd(12)}${value}`);
  if (endpoint.deployments.length > 0) console.line(deploymentTable(console, endpoint.deployments, measures));
}

export function deploymentTable(console: Console, deployments: readonly Deployment[], measures: Measured, withEndpoint = false): string {
  const rows = deployments.map((each) => {
    const { lastMinute } = measures[each.name] ?? {};
    const ms = (value: number | null | undefined): string => (value == null ? '' : `${value} ms`);
    const copies = each.copies === undefined ? '' : `${each.copies.ready}/${each.copies.want}`;
    return [
      ...(withEndpoint ? [each.endpoint] : []), each.name, stateText(console, each.retiring ? `${each.state} (kept for a way back)` : each.state), `${each.traffic} %`, each.target, copies,
      each.model === undefined ? '' : `${each.model.name}:${each.model.version}`, lastMinute === undefined ? '' : `${lastMinute.requestsPerSecond}/s`, ms(lastMinute?.p50Ms), ms(lastMinute?.p99Ms), lastMinute === undefined ? '' : String(lastMinute.failures), each.reason?.text ?? '',
    ];
  });
  return table([...(withEndpoint ? ['ENDPOINT'] : []), 'DEPLOYMENT', 'STATE', 'TRAFFIC', 'TARGET', 'READY', 'MODEL', 'RATE', 'P50', 'P99', 'FAULTS', 'REASON'], rows);
}

/** What a deployment will do, one line a thing. */
export function planLines(console: Console, plan: DeployPlan): string[] {
  const plus = console.style('green', '+');
  const copies = plan.copies.min === plan.copies.max ? `${plan.copies.min}` : `${plan.copies.min} to ${plan.copies.max}`;
  const what = `${plan.deployment}  on ${plan.target}, ${copies} ${copies === '1' ? 'copy' : 'copies'}${plan.model === undefined ? '' : `, model ${plan.model.name}:${plan.model.version}`}`;
  return [
    ...plan.notes.map((note) => `  ${note}`),
    ...(plan.newEndpoint ? [`  ${plus} endpoint ${plan.endpoint}  an address on this machine and two keys; served by the background agent`] : []),
    plan.unchanged ? `  = deployment ${what}: stands already` : `  ${plan.update ? console.style('yellow', '~') : plus} deployment ${what}`,
    `  traffic ${splitText(plan.before) || 'none'} → ${splitText(plan.after) || 'none'}`,
    ...(plan.replaces.length > 0 ? [`  ${console.style('yellow', '-')} ${plan.replaces.join(', ')}  kept at 0 % for a while, then removed`] : []),
  ];
}

export function modelObject(model: Model): Record<string, unknown> {
  return { ...model };
}
