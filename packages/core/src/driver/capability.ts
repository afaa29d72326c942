import { z } from 'zod';

/**
 * The closed list of what a kind of target can do. A kind that cannot says why in words, and users see that reason
 * when they check or plan, not after a submission.
 */
export const capabilityNames = [
  'jobs',
  'jobs.multi-node',
  'jobs.gpu',
  'jobs.image',
  'jobs.venv',
  'jobs.secrets',
  'jobs.timeout',
  'services',
  'services.script',
  'services.container',
  'services.autoscale',
  'services.rolling',
  'services.invoke',
  'attach',
  'provision',
  'update',
  'power',
  'nodes',
  'owned',
] as const;

export type CapabilityName = (typeof capabilityNames)[number];

const answerSchema = z.union([z.literal(true), z.strictObject({ unsupported: z.string().min(1) })]);
export type CapabilityAnswer = z.infer<typeof answerSchema>;

/** Every name, each answered: a new capability is a question that no driver can overlook. */
export const capabilitiesSchema = z.record(z.enum(capabilityNames), answerSchema);
export type Capabilities = Readonly<Record<CapabilityName, CapabilityAnswer>>;

/**
 * Fills in the names a driver does not mention with one reason, so that a new name breaks no published driver.
 * @example capabilities({ jobs: true }, 'the queue runs commands and nothing else')
 */
export function capabilities(answers: Partial<Capabilities>, otherwise: string): Capabilities {
  const all = capabilityNames.map((name) => [name, answers[name] ?? { unsupported: otherwise }] as const);
  return Object.freeze(Object.fromEntries(all)) as Capabilities;
}
