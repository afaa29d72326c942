import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandPart, Input, JobSpec } from '@destino/core/model';
import { quoteShell } from '@destino/helper';
import type { JobPlaces } from './layout.ts';

/** The path or address that stands for an input. `single` is the only file of a `uri_file` copy. */
export function inputPlace(name: string, input: Input, places: JobPlaces, single?: string): string {
  if (input.type === 'literal') return input.value;
  const { source } = input;
  if (source.from === 'path') return source.path;
  if (source.from === 'uri') return source.uri.startsWith('file:') ? fileURLToPath(source.uri) : source.uri;
  const folder = posix.join(places.inputs, name);
  return single === undefined ? folder : posix.join(folder, single);
}

export function outputPlace(name: string, job: JobSpec, places: JobPlaces): string {
  const uri = job.outputs[name]?.uri;
  if (uri?.startsWith('file:') === true) return fileURLToPath(uri);
  if (uri !== undefined && job.outputs[name]?.mode === 'direct') return uri;
  return posix.join(places.named, name);
}

function quoteFor(text: string, quote: 'bare' | 'single' | 'double'): string {
  if (quote === 'bare') return text === '' ? "''" : quoteShell(text);
  if (quote === 'single') return text.replaceAll("'", `'\\''`);
  return text.replaceAll(/[\\"$`]/g, '\\$&');
}

/** The command line, its places filled in and quoted for where they stand. */
export function renderCommand(parts: readonly CommandPart[], place: { input(name: string): string; output(name: string): string }): string {
  const render = (part: CommandPart): string => {
    if (typeof part === 'string') return part;
    return 'input' in part ? quoteFor(place.input(part.input), part.quote) : quoteFor(place.output(part.output), part.quote);
  };
  return parts.map(render).join('');
}
