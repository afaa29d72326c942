import { z } from 'zod';
import { fileSchemas, type FileKind } from './kind.ts';

/**
 * The JSON Schema of a kind of file, for editors. Text fields take numbers and booleans too, since they are read as
 * they are written (`version: 1.10`).
 */
export function jsonSchema(kind: FileKind): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(fileSchemas[kind], {
    io: 'input',
    override: ({ jsonSchema: own }) => {
      if (own.type === 'string' && own.enum === undefined && own.const === undefined && own.pattern === undefined && own.format === undefined) {
        Object.assign(own, { type: ['string', 'number', 'boolean'] });
      }
    },
  });
  return { title: `destino ${kind}`, ...schema };
}
