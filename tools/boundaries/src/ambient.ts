import type { Token } from './tokens.ts';

export type AmbientUse = { readonly what: string; readonly line: number };

/** Token sequences that reach past what core and drivers are given. */
const sequences: readonly { readonly what: string; readonly tokens: readonly string[] }[] = [
  { what: 'process.env', tokens: ['process', '.', 'env'] },
  { what: 'process.env', tokens: ['process', '[', 'env', ']'] },
  { what: 'globalThis.process', tokens: ['globalThis', '.', 'process'] },
  { what: 'Date.now', tokens: ['Date', '.', 'now'] },
  { what: 'new Date()', tokens: ['new', 'Date', '(', ')'] },
  { what: 'Math.random', tokens: ['Math', '.', 'random'] },
  { what: 'console', tokens: ['console', '.'] },
];

/** Uses of the environment, the wall clock, chance and the console: what a driver's context injects instead. */
export function findAmbientUses(tokens: readonly Token[]): AmbientUse[] {
  const uses: AmbientUse[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || tokens[index - 1]?.text === '.') continue;
    const found = sequences.find((sequence) => sequence.tokens.every((text, offset) => tokens[index + offset]?.text === text));
    if (found !== undefined) uses.push({ what: found.what, line: token.line });
  }
  return uses;
}
