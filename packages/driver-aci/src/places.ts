import type { CommandPart, Input } from '@destino/core/model';
import { quoteShell } from '@destino/helper';

/** Mounted into every container. */
export const root = '/destino';
export const given = '/destino-given';

export function jobFolder(key: string): string {
  return `${root}/jobs/${key}`;
}

export function inputPlace(key: string, name: string, input: Input, single?: string): string {
  if (input.type === 'literal') return input.value;
  if (input.source.from === 'uri' && input.mode === 'direct') return input.source.uri;
  const folder = `${jobFolder(key)}/inputs/${name}`;
  return single === undefined ? folder : `${folder}/${single}`;
}

export function outputPlace(key: string, name: string): string {
  return `${jobFolder(key)}/named/${name}`;
}

function quoteFor(text: string, quote: 'bare' | 'single' | 'double'): string {
  if (quote === 'bare') return quoteShell(text);
  if (quote === 'single') return text.replaceAll("'", String.raw`'\''`);
  return text.replaceAll(/[\\"$`]/g, String.raw`\$&`);
}

/** The command line for the shell, its places filled in. */
export function renderCommand(parts: readonly CommandPart[], place: { input(name: string): string; output(name: string): string }): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'input' in part ? quoteFor(place.input(part.input), part.quote) : quoteFor(place.output(part.output), part.quote);
    })
    .join('');
}
