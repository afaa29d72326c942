import { z } from 'zod';
import { aboutFields } from './common.ts';

const route = z.strictObject({
  path: z.string().describe('The HTTP path, as /score.'),
  port: z.int().min(1).max(65_535).describe('The port that the container listens on.'),
});

/** The fields that say what is in an environment, the same in a file of its own and inline. */
const content = {
  image: z.string().min(1).optional().describe('A container image, as a registry names it.'),
  conda_file: z
    .union([z.string(), z.record(z.string(), z.json())])
    .optional()
    .describe('A conda file, by path or inline; its packages come on top of the image.'),
  build: z
    .strictObject({
      path: z.string().describe('The folder that is the build context.'),
      dockerfile_path: z.string().optional().describe('The Dockerfile inside the folder. Default: Dockerfile.'),
    })
    .optional()
    .describe('An image to build instead of a ready one.'),
  inference_config: z
    .strictObject({ liveness_route: route.optional(), readiness_route: route.optional(), scoring_route: route.optional() })
    .optional()
    .describe('Where a container with a server of its own answers.'),
  os_type: z.enum(['linux', 'windows']).optional().describe('Default: linux.'),
  auto_rebuild: z.string().optional().describe('When Azure rebuilds the image by itself.'),
};

/** What an environment in a job or a deployment holds; a name and version register it on the way. */
export const inlineEnvironment = z.strictObject({ name: z.string().optional(), version: z.string().optional(), ...aboutFields, ...content });

/** `environment:` of a job, a component or a deployment. */
export const environmentField = z
  .union([z.string().min(1), inlineEnvironment])
  .describe('A registered environment (azureml:NAME:VERSION), a curated one (azureml://registries/…), a file (file:env.yml), or its content.');

export const environmentFile = z
  .strictObject({
    name: z.string().min(1).optional().describe('Its name; may come from --name.'),
    version: z.string().optional().describe('Text as written. Default: generated.'),
    ...aboutFields,
    ...content,
  })
  .describe('An environment: what code needs to run.');
export type EnvironmentFile = z.infer<typeof environmentFile>;
export type InlineEnvironment = z.infer<typeof inlineEnvironment>;
