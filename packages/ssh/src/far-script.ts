import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { helperFunctions, helperScript } from '@destino/helper';

const chapters = ['1-far', '2-content', '3-jobs', '4-reading', '5-main'] as const;

export type FarScript = { script: string; hash: string; helper: { script: string; hash: string } };

let loaded: FarScript | undefined;

/** What runs on the machine at every call, and the helper that it works with. Read once for the process. */
export function farScript(): FarScript {
  if (loaded === undefined) {
    const texts = chapters.map((name) => readFileSync(new URL(`../far/${name}.sh`, import.meta.url), 'utf8'));
    const script = [helperFunctions(), ...texts].join('\n');
    const { script: helper, hash } = helperScript();
    loaded = Object.freeze({ script, hash: shortHash(script), helper: Object.freeze({ script: helper, hash: hash.slice(0, 16) }) });
  }
  return loaded;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
