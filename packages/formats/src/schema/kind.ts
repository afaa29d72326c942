import type { z } from 'zod';
import { dataFile, modelFile } from './asset.ts';
import { commandJobFile } from './command-job.ts';
import { commandComponentFile } from './component.ts';
import { amlComputeFile, computeInstanceFile, driverTargetFile, kubernetesFile, virtualMachineFile } from './compute.ts';
import { environmentFile } from './environment.ts';
import { onlineDeploymentFile, onlineEndpointFile } from './online.ts';
import { workspaceFile } from './workspace.ts';

/** Kinds of files that are read, each with its schema. */
export const fileSchemas = {
  'command-job': commandJobFile,
  'command-component': commandComponentFile,
  environment: environmentFile,
  model: modelFile,
  data: dataFile,
  'online-endpoint': onlineEndpointFile,
  'online-deployment': onlineDeploymentFile,
  amlcompute: amlComputeFile,
  computeinstance: computeInstanceFile,
  virtualmachine: virtualMachineFile,
  kubernetes: kubernetesFile,
  target: driverTargetFile,
  workspace: workspaceFile,
} as const satisfies Record<string, z.ZodType>;
export type FileKind = keyof typeof fileSchemas;
export const fileKinds = Object.keys(fileSchemas) as FileKind[];
export type FileOf<Kind extends FileKind> = z.infer<(typeof fileSchemas)[Kind]>;

/** What a command asked for; it settles what a file without `$schema` is. */
export const verbs = ['job', 'component', 'environment', 'model', 'data', 'endpoint', 'deployment', 'target', 'workspace'] as const;
export type Verb = (typeof verbs)[number];

/** The kinds that each verb takes, the likeliest first. */
export const kindsOfVerb: Record<Verb, readonly FileKind[]> = {
  job: ['command-job'],
  component: ['command-component'],
  environment: ['environment'],
  model: ['model'],
  data: ['data'],
  endpoint: ['online-endpoint'],
  deployment: ['online-deployment'],
  target: ['target', 'amlcompute', 'computeinstance', 'virtualmachine', 'kubernetes'],
  workspace: ['workspace'],
};

/** The command that takes a kind, for hints. */
export const commandOf: Record<FileKind, string> = {
  'command-job': 'destino run FILE',
  'command-component': 'destino component create -f FILE',
  environment: 'destino environment create -f FILE',
  model: 'destino model create -f FILE',
  data: 'destino data create -f FILE',
  'online-endpoint': 'destino endpoint create -f FILE',
  'online-deployment': 'destino deploy FILE',
  amlcompute: 'destino target create -f FILE',
  computeinstance: 'destino target create -f FILE',
  virtualmachine: 'destino target attach -f FILE',
  kubernetes: 'destino target attach -f FILE',
  target: 'destino target create -f FILE',
  workspace: 'destino.yaml in the folder of the project',
};
