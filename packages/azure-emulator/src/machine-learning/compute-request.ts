import { z } from 'zod';
import { ArmFault } from '../arm/fault.ts';
import { userError } from './parents.ts';
import { sizeNamed } from './sizes.ts';

const durationPattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** An ISO 8601 duration in milliseconds; `undefined` when it is none. */
export function durationMs(text: string): number | undefined {
  const found = durationPattern.exec(text);
  if (found === null || text === 'P' || text.endsWith('T')) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((each: string | undefined) => Number(each ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

const durationSchema = z.string().refine((text) => durationMs(text) !== undefined, 'it is no ISO 8601 duration');

export const scaleSchema = z.looseObject({ minNodeCount: z.int().min(0).default(0), maxNodeCount: z.int().min(0), nodeIdleTimeBeforeScaleDown: durationSchema.default('PT120S') }).refine(({ minNodeCount, maxNodeCount }) => minNodeCount <= maxNodeCount, 'minNodeCount is above maxNodeCount');
export type Scale = z.infer<typeof scaleSchema>;

const clusterSchema = z.looseObject({
  vmSize: z.string().default('Standard_DS3_v2'),
  vmPriority: z.enum(['Dedicated', 'LowPriority']).default('Dedicated'),
  osType: z.enum(['Linux', 'Windows']).default('Linux'),
  scaleSettings: scaleSchema.default({ minNodeCount: 0, maxNodeCount: 1, nodeIdleTimeBeforeScaleDown: 'PT120S' }),
  remoteLoginPortPublicAccess: z.enum(['Enabled', 'Disabled', 'NotSpecified']).default('NotSpecified'),
  isolatedNetwork: z.boolean().default(false),
  enableNodePublicIp: z.boolean().default(true),
});

const instanceSchema = z.looseObject({
  vmSize: z.string().default('Standard_DS3_v2'),
  applicationSharingPolicy: z.enum(['Personal', 'Shared']).default('Shared'),
  idleTimeBeforeShutdown: durationSchema.nullish(),
});

const machineSchema = z.looseObject({ address: z.string().optional(), sshPort: z.int().default(22), administratorAccount: z.looseObject({ username: z.string().optional(), password: z.string().optional(), privateKeyData: z.string().optional(), publicKeyData: z.string().optional() }).optional() });

const computeSchema = z.looseObject({ computeType: z.string(), computeLocation: z.string().nullish(), description: z.string().nullish(), resourceId: z.string().nullish(), disableLocalAuth: z.boolean().nullish(), properties: z.record(z.string(), z.unknown()).nullish() });

export type ClusterProperties = z.infer<typeof clusterSchema>;
export type ComputeProperties = z.infer<typeof computeSchema>;
export const computeKinds = ['AmlCompute', 'ComputeInstance', 'VirtualMachine', 'AKS', 'Kubernetes', 'DataFactory', 'HDInsight', 'Databricks', 'DataLakeAnalytics', 'SynapseSpark'] as const;

const own: Readonly<Record<string, z.ZodType<Record<string, unknown>>>> = { AmlCompute: clusterSchema, ComputeInstance: instanceSchema, VirtualMachine: machineSchema };
const namePattern = /^[a-zA-Z](?=.{2,23}$)(?:[a-zA-Z0-9]|-(?=[a-zA-Z0-9-]*[a-zA-Z]))*$/;
const attachedOnly = new Set(['VirtualMachine', 'Kubernetes', 'HDInsight', 'Databricks', 'SynapseSpark']);

/** What `properties` of a compute may be, its defaults filled in. @throws as the service refuses it. */
export function readCompute(name: string, written: unknown): ComputeProperties {
  const managed = computeSchema.safeParse(written);
  if (!managed.success) throw invalid(managed.error);
  const { computeType, resourceId } = managed.data;
  if (!computeKinds.some((each) => each === computeType)) throw userError(`Compute type '${computeType}' is not supported.`);
  if ((computeType === 'AmlCompute' || computeType === 'ComputeInstance') && !namePattern.test(name)) throw userError(`The specified compute name '${name}' is invalid. It must be 3 to 24 characters of letters, digits and '-', begin with a letter, and a '-' must be followed by a letter later on.`);
  if (attachedOnly.has(computeType) && (resourceId ?? '') === '') throw userError(`The property 'resourceId' is required to attach a compute of the type '${computeType}'.`);
  const properties = own[computeType]?.safeParse(managed.data.properties ?? {});
  if (properties !== undefined && !properties.success) throw invalid(properties.error);
  const kept = properties === undefined ? managed.data.properties : properties.data;
  const size = kept?.['vmSize'];
  if (typeof size === 'string' && sizeNamed(size) === undefined) throw userError(`The specified vmSize '${size}' is not available in the region.`);
  return { ...managed.data, ...(kept != null && { properties: kept }) };
}

function invalid(error: z.ZodError): ArmFault {
  const [issue] = error.issues;
  return new ArmFault(400, 'InvalidRequestContent', `The request content was invalid and could not be deserialized: '${issue?.path.join('.') ?? ''}': ${issue?.message ?? ''}.`);
}
