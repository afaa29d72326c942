import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The script's chapters, in order; each is a file that shellcheck and people can read. */
const chapters = ['1-process', '2-job', '3-ending', '4-queue', '5-environment', '6-transport', '7-container', '8-main'] as const;

export type HelperScript = {
  /** The whole POSIX script. */
  script: string;
  /** Its SHA-256, in hexadecimal: copies on targets carry it in their name. */
  hash: string;
};

let loaded: HelperScript | undefined;

function chapterText(name: (typeof chapters)[number]): string {
  return readFileSync(new URL(`../script/${name}.sh`, import.meta.url), 'utf8');
}

/** All of the script but its commands, for scripts that look at the same files: they expect `DESTINO_ROOT`. */
export function helperFunctions(): string {
  return chapters.slice(0, -1).map(chapterText).join('\n');
}

/** Reads the script once for the process. */
export function helperScript(): HelperScript {
  if (loaded === undefined) {
    const script = chapters.map(chapterText).join('\n');
    loaded = Object.freeze({ script, hash: createHash('sha256').update(script).digest('hex') });
  }
  return loaded;
}
