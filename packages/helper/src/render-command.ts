import type { CommandPart } from '@destino/core/model';
import { quoteShell } from './quote-shell.ts';

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
