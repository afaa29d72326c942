import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Input, JobSpec } from '@destino/core/model';
import type { JobFiles } from './layout.ts';

/** The path or address that stands for an input in the command. `single` is the only file of a `uri_file` copy. */
export function inputPlace(name: string, input: Input, files: JobFiles, single?: string): string {
  if (input.type === 'literal') return input.value;
  const { source } = input;
  if (source.from === 'path') return source.path;
  if (source.from === 'uri' && source.uri.startsWith('file:')) return fileURLToPath(source.uri);
  if (source.from === 'uri' && input.mode === 'direct') return source.uri;
  const folder = join(files.inputs, name);
  return single === undefined ? folder : join(folder, single);
}

/** The path of a named output. */
export function outputPlace(name: string, job: JobSpec, files: JobFiles): string {
  const uri = job.outputs[name]?.uri;
  if (uri?.startsWith('file:') === true) return fileURLToPath(uri);
  if (uri !== undefined && job.outputs[name]?.mode === 'direct') return uri;
  return join(files.named, name);
}
