import type { Environment, ServiceSpecInput } from '@destino/core/model';
import { cores, memoryBytes } from '../resource/amount.ts';
import { parseInstanceType } from '../resource/instance-type.ts';
import { redactValue } from '../secret/redact.ts';
import type { OnlineDeploymentFile } from '../schema/online.ts';
import { problemAt, type FormatProblem } from '../text/problem.ts';
import type { ParsedDeployment } from './load-online.ts';

/** What is decided outside of the file before a deployment becomes a service. */
export type DecidedService = {
  name: string;
  /** Grows with every change of the service. */
  revision: number;
  environment: Environment;
  /** The code folder as a snapshot of the workspace; needed where the deployment has code. */
  snapshot?: string | undefined;
  model?: ServiceSpecInput['model'];
};

export type LoweredService = { spec: ServiceSpecInput | undefined; problems: FormatProblem[] };

/** A parsed deployment as core's service spec, or the problem why it cannot be served. Seconds become milliseconds. */
export function lowerDeployment(deployment: ParsedDeployment, decided: DecidedService): LoweredService {
  const { value } = deployment;
  const server = serverOf(deployment, decided.snapshot);
  if ('problem' in server) return { spec: undefined, problems: [server.problem] };
  const { request_settings: request = {}, liveness_probe: liveness, readiness_probe: readiness } = value;
  const spec: ServiceSpecInput = {
    name: decided.name,
    revision: decided.revision,
    server,
    environment: decided.environment,
    ...(decided.model !== undefined && { model: decided.model }),
    variables: deployment.variables,
    secrets: deployment.secrets,
    resources: resourcesOf(value),
    copies: copiesOf(value),
    ...(request.request_timeout_ms !== undefined && { requestTimeoutMs: request.request_timeout_ms }),
    ...(request.max_concurrent_requests_per_instance !== undefined && { concurrencyPerCopy: request.max_concurrent_requests_per_instance }),
    ...(request.max_queue_wait_ms !== undefined && { maxQueueWaitMs: request.max_queue_wait_ms }),
    ...(liveness !== undefined && { liveness: probeOf(liveness) }),
    ...(readiness !== undefined && { readiness: probeOf(readiness) }),
    tags: value.tags ?? {},
    source: redactValue(value),
  };
  return { spec, problems: [] };
}

/** The port and route of Azure ML's own inference images: what has these is served by the scoring host from its code. */
const azurePort = 5001;

function serverOf({ inference, code, file, places }: ParsedDeployment, snapshot: string | undefined): ServiceSpecInput['server'] | { problem: FormatProblem } {
  const route = inference?.scoring_route;
  const refuse = (path: string, message: string, hint: string) => ({ problem: problemAt(file, places.get(path), { path, code: 'serving', message, hint }) });
  if (code !== undefined && (route === undefined || (route.port === azurePort && route.path === '/score'))) {
    if (snapshot === undefined) return refuse('code_configuration', 'the code of the deployment is not in the workspace yet', 'destino deploy FILE uploads it');
    return { kind: 'script', snapshot, entryScript: code.entryScript };
  }
  if (code !== undefined) return refuse('code_configuration', 'a container with a server of its own gets no code', 'put the code into the image, or remove inference_config to use the scoring host');
  if (route === undefined) return refuse('model', 'nothing says how to serve this model: there is neither code nor a container with a server', 'code_configuration: { code: FOLDER, scoring_script: score.py }');
  const { liveness_route: liveness, readiness_route: readiness } = inference ?? {};
  return { kind: 'container', port: route.port, scoringRoute: route.path, ...(liveness !== undefined && { livenessRoute: liveness.path }), ...(readiness !== undefined && { readinessRoute: readiness.path }) };
}

/** Limits count before requests, and both before the size: they are what the author measured. */
function resourcesOf(value: OnlineDeploymentFile): NonNullable<ServiceSpecInput['resources']> {
  const type = value.instance_type === undefined ? undefined : parseInstanceType(value.instance_type);
  const { form: _form, ...size } = type === undefined || 'problem' in type ? { form: undefined } : type;
  const { requests = {}, limits = {} } = value.resources ?? {};
  const [cpu, memory] = [limits.cpu ?? requests.cpu, limits.memory ?? requests.memory];
  const gpus = limits['nvidia.com/gpu'] ?? requests['nvidia.com/gpu'] ?? limits.gpu ?? requests.gpu;
  const [ownCores, ownBytes] = [cpu === undefined ? undefined : cores(cpu), memory === undefined ? undefined : memoryBytes(memory)];
  return {
    ...size,
    ...(ownCores !== undefined && { cores: ownCores }),
    ...(ownBytes !== undefined && { memoryBytes: ownBytes }),
    ...(gpus !== undefined && /^\d+$/.test(gpus) && { gpus: Number(gpus) }),
  };
}

function copiesOf({ scale_settings: scale, instance_count: count = 1 }: OnlineDeploymentFile): { min: number; max: number } {
  if (scale?.type !== 'target_utilization') return { min: count, max: count };
  const min = scale.min_instances ?? 1;
  return { min, max: Math.max(min, scale.max_instances ?? 1, 1) };
}

function probeOf(probe: NonNullable<OnlineDeploymentFile['liveness_probe']>): NonNullable<ServiceSpecInput['liveness']> {
  const ms = (seconds: number | undefined, name: string) => (seconds === undefined ? {} : { [name]: seconds * 1000 });
  return {
    ...(probe.path !== undefined && { path: probe.path }),
    ...(probe.port !== undefined && { port: probe.port }),
    ...ms(probe.initial_delay, 'initialDelayMs'),
    ...ms(probe.period, 'periodMs'),
    ...ms(probe.timeout, 'timeoutMs'),
    ...(probe.success_threshold !== undefined && { successThreshold: probe.success_threshold }),
    ...(probe.failure_threshold !== undefined && { failureThreshold: probe.failure_threshold }),
  };
}
