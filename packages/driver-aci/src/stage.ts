import type { CallOptions, Progress } from '@destino/core/driver';
import type { Input, JobSpec } from '@destino/core/model';
import { z } from 'zod';
import type { Session } from './session.ts';

/** What staging left for `submit`: what the container fetches from where, and the single files of `uri_file` inputs. */
export const stagedSchema = z.object({
  fetches: z.array(z.object({ name: z.string(), kind: z.enum(['archive', 'file']), hash: z.string().optional(), to: z.string() })),
  sources: z.record(z.string(), z.string()),
  singles: z.record(z.string(), z.string()),
});
export type Staged = z.infer<typeof stagedSchema>;

type Bringing = CallOptions & { onProgress?: (progress: Progress) => void };

/** Brings code and inputs to the workspace's storage, each snapshot as one archive, once for all jobs that use it. */
export async function stageJob({ staging, context }: Session, job: JobSpec, options: Bringing): Promise<Staged> {
  const store = staging();
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const staged: Staged = { fetches: [], sources: {}, singles: {} };
  const archive = async (name: string, snapshot: string, to: string): Promise<void> => {
    options.onProgress?.({ what: name, doneBytes: 0 });
    const { path, hash } = await store.archive(snapshot, call);
    staged.fetches.push({ name, kind: 'archive', hash, to });
    staged.sources[name] = path;
  };
  if (job.snapshot !== undefined) await archive('code', job.snapshot, 'work');
  for (const [name, input] of Object.entries(job.inputs)) {
    if (input.type === 'literal') continue;
    const { source } = input;
    if (source.from === 'snapshot') {
      await archive(`input-${name}`, source.hash, `inputs/${name}`);
      if (input.type === 'uri_file') for await (const entry of context.content.manifest(source.hash, call)) staged.singles[name] = entry.path;
    } else if (fetchable(input)) {
      const file = decodeURIComponent(new URL(uriOf(input)).pathname.split('/').at(-1) ?? '').replaceAll(/[^\w.-]/g, '_') || 'data';
      staged.fetches.push({ name: `input-${name}`, kind: 'file', to: `inputs/${name}/${file}` });
      staged.sources[`input-${name}`] = uriOf(input);
      staged.singles[name] = file;
    }
  }
  return staged;
}

function uriOf(input: Input): string {
  return input.type !== 'literal' && input.source.from === 'uri' ? input.source.uri : '';
}

/** An address that the container itself reads before the command begins. */
function fetchable(input: Input): boolean {
  return input.type !== 'literal' && input.mode !== 'direct' && /^https?:/i.test(uriOf(input));
}
