import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Swagger = { name: string; version: string; /** Where `swagger.json`, `swagger2.json`, `swagger3.json` of the user win. */ folder: string };
type Schemas = { input: Record<string, unknown>; output: Record<string, unknown> } | null;

const supported = ['2', '3', '3.1'];
const files: Readonly<Record<string, readonly string[]>> = { '2': ['swagger2.json', 'swagger.json'], '3': ['swagger3.json'], '3.1': ['swagger3.json'] };
const described = { type: 'object', example: {} };

/** The OpenAPI document of a version, the user's own first; what is supported, where there is no such version. */
export function openApi(swagger: Swagger, schemas: Schemas, version = '2', prefix = ''): { text: string } | { refused: string } {
  if (!supported.includes(version)) return { refused: `Swagger version [${version.slice(0, 20)}] is not supported. Supported versions: [${supported.join(', ')}]` };
  const own = (files[version] ?? []).map((name) => join(swagger.folder, name)).find((path) => existsSync(path));
  if (own !== undefined) return { text: readFileSync(own, 'utf8') };
  const input = schemas?.input ?? described;
  const output = schemas?.output ?? { type: 'object' };
  const info = { title: swagger.name, description: `API specification for the service ${swagger.name}`, version: swagger.version };
  const document = version === '2' ? second(info, input, output, prefix) : third(version === '3' ? '3.0.3' : '3.1.0', info, input, output, prefix);
  return { text: JSON.stringify(document) };
}

type Info = { title: string; description: string; version: string };

function second(info: Info, input: object, output: object, prefix: string): object {
  const failure = { description: 'The request or the script failed', schema: { $ref: '#/definitions/ErrorResponse' } };
  return {
    swagger: '2.0',
    info,
    schemes: ['http', 'https'],
    consumes: ['application/json'],
    produces: ['application/json'],
    securityDefinitions: { Bearer: { type: 'apiKey', name: 'Authorization', in: 'header', description: 'For example: Bearer abc123' } },
    paths: {
      [`${prefix}/`]: { get: { operationId: 'ServiceHealthCheck', description: 'Whether the service is up', responses: { 200: { description: 'Healthy', schema: { type: 'string' } } } } },
      [`${prefix}/score`]: {
        post: {
          operationId: 'RunMLService',
          description: 'Run the model',
          security: [{ Bearer: [] }],
          parameters: [{ name: 'serviceInputPayload', in: 'body', description: 'The input of the model', schema: { $ref: '#/definitions/ServiceInput' } }],
          responses: { 200: { description: 'What the script answers', schema: { $ref: '#/definitions/ServiceOutput' } }, default: failure },
        },
      },
    },
    definitions: { ServiceInput: input, ServiceOutput: output, ErrorResponse: { type: 'object', properties: { message: { type: 'string' } } } },
  };
}

function third(openapi: string, info: Info, input: object, output: object, prefix: string): object {
  const body = (name: string): object => ({ 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } });
  return {
    openapi,
    info,
    security: [{ Bearer: [] }],
    paths: {
      [`${prefix}/`]: { get: { operationId: 'ServiceHealthCheck', description: 'Whether the service is up', responses: { 200: { description: 'Healthy', content: { 'text/plain': { schema: { type: 'string' } } } } } } },
      [`${prefix}/score`]: {
        post: {
          operationId: 'RunMLService',
          description: 'Run the model',
          requestBody: { content: body('ServiceInput') },
          responses: { 200: { description: 'What the script answers', content: body('ServiceOutput') }, default: { description: 'The request or the script failed', content: body('ErrorResponse') } },
        },
      },
    },
    components: {
      securitySchemes: { Bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { ServiceInput: input, ServiceOutput: output, ErrorResponse: { type: 'object', properties: { message: { type: 'string' } } } },
    },
  };
}
