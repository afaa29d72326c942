import { z } from 'zod';

/** What a worker says when `init` is done: what of a request its script looks at, and the schemas of its decorators. */
export const readySchema = z.object({
  pid: z.int(),
  wants: z.object({ head: z.boolean(), json: z.boolean(), raw: z.boolean() }),
  schema: z.object({ input: z.record(z.string(), z.unknown()), output: z.record(z.string(), z.unknown()) }).nullable(),
});
export type Ready = z.infer<typeof readySchema>;

export const failedSchema = z.object({ message: z.string(), traceback: z.string() });

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// oxlint-disable-next-line no-control-regex -- exactly the characters that a header may not hold
const headerValue = /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/;

/** The head of an answer; a header that HTTP cannot carry makes it no answer. */
export const headSchema = z.object({
  status: z.int().min(200).max(599),
  type: z.string().regex(headerValue),
  headers: z.array(z.tuple([z.string().regex(headerName), z.string().regex(headerValue)])).default([]),
  failed: z.boolean().default(false),
  microseconds: z.number().nonnegative().default(0),
});
