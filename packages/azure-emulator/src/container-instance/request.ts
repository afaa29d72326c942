import { z } from 'zod';

const portSchema = z.looseObject({ port: z.int().min(1).max(65535), protocol: z.string().optional() });
const probeSchema = z.looseObject({
  exec: z.looseObject({ command: z.array(z.string()) }).optional(),
  httpGet: z.looseObject({ path: z.string().optional(), port: z.int(), scheme: z.string().optional(), httpHeaders: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional() }).optional(),
  initialDelaySeconds: z.int().optional(),
  periodSeconds: z.int().optional(),
  failureThreshold: z.int().optional(),
  successThreshold: z.int().optional(),
  timeoutSeconds: z.int().optional(),
});
export type Probe = z.infer<typeof probeSchema>;

const variableSchema = z.looseObject({ name: z.string().min(1), value: z.string().nullish(), secureValue: z.string().nullish() });
const mountSchema = z.looseObject({ name: z.string(), mountPath: z.string().regex(/^[^:]+$/), readOnly: z.boolean().nullish() });

const containerProperties = {
  command: z.array(z.string()).nullish(),
  environmentVariables: z.array(variableSchema).nullish(),
  volumeMounts: z.array(mountSchema).nullish(),
};

const amountSchema = z.looseObject({ cpu: z.number().positive(), memoryInGB: z.number().positive(), gpu: z.looseObject({ count: z.int(), sku: z.string() }).nullish() });

const containerSchema = z.looseObject({
  name: z.string(),
  properties: z.looseObject({
    ...containerProperties,
    image: z.string().min(1),
    ports: z.array(portSchema).nullish(),
    resources: z.looseObject({ requests: amountSchema }),
    livenessProbe: probeSchema.nullish(),
    readinessProbe: probeSchema.nullish(),
  }),
});
export type ContainerRequest = z.infer<typeof containerSchema>;

const initContainerSchema = z.looseObject({ name: z.string(), properties: z.looseObject({ ...containerProperties, image: z.string().nullish() }) });
export type InitContainerRequest = z.infer<typeof initContainerSchema>;

const volumeSchema = z.looseObject({
  name: z.string(),
  azureFile: z.looseObject({ shareName: z.string(), storageAccountName: z.string(), storageAccountKey: z.string().nullish() }).nullish(),
  emptyDir: z.looseObject({}).nullish(),
  secret: z.record(z.string(), z.string()).nullish(),
  gitRepo: z.looseObject({ repository: z.string(), directory: z.string().nullish(), revision: z.string().nullish() }).nullish(),
});
export type VolumeRequest = z.infer<typeof volumeSchema>;

const credentialSchema = z.looseObject({ server: z.string(), username: z.string().nullish(), password: z.string().nullish(), identity: z.string().nullish() });

/** A container group as callers write it. What no rule here needs is kept and given back as it came. */
export const groupRequestSchema = z.looseObject({
  location: z.string().min(1).optional(),
  tags: z.record(z.string(), z.string()).nullish(),
  zones: z.array(z.string()).nullish(),
  identity: z.looseObject({ type: z.string().optional(), userAssignedIdentities: z.record(z.string(), z.looseObject({})).nullish() }).nullish(),
  properties: z.looseObject({
    containers: z.array(containerSchema).min(1),
    initContainers: z.array(initContainerSchema).nullish(),
    osType: z.string(),
    restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).nullish(),
    imageRegistryCredentials: z.array(credentialSchema).nullish(),
    ipAddress: z.looseObject({ type: z.string(), ports: z.array(portSchema), dnsNameLabel: z.string().nullish(), ip: z.string().nullish() }).nullish(),
    volumes: z.array(volumeSchema).nullish(),
    sku: z.string().nullish(),
    priority: z.string().nullish(),
  }),
});
export type GroupRequest = z.infer<typeof groupRequestSchema>;
