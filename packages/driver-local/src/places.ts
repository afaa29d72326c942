import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { CommandPart, Input, JobSpec } from '@destino/core/model';
import { quoteShell } from '@destino/helper';
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

function quoteFor(text: string, quote: 'bare' | 'single' | 'double'): string {
  if (quote === 'bare') return quoteShell(text);
  if (quote === 'single') return text.replaceAll("'", `'\\''`);
  return text.replaceAll(/[\\"$`]/g, '\\$&');
}

/** The command line for the shell, its places filled in and quoted for where they stand. */
export function renderCommand(parts: readonly CommandPart[], place: { input(name: string): string; output(name: string): string }): string {
  const render = (part: CommandPart): string => {
    if (typeof part === 'string') return part;
    return 'input' in part ? quoteFor(place.input(part.input), part.quote) : quoteFor(place.output(part.output), part.quote);
  };
  return parts.map(render).join('');
}
