import type { ManifestEntry } from '@destino/core/driver';
import { quoteShell } from '@destino/helper';

/** Files above this travel alone, in pieces; those below together. */
export const largeBytes = 4 * 1_048_576;
/** A file this small is sent again sooner than copied there by a process of its own. */
const worthCopyingBytes = 65_536;

/** How one tree is made out of another: what travels, and the shell lines that do the rest in the new tree's folder. */
export type TreePlan = { before: string[]; small: ManifestEntry[]; large: ManifestEntry[]; sendBytes: number; skippedBytes: number };

/** The tree among those that are there that has most in common with the wanted one, by bytes and number of files. */
export function nearestTree(wanted: readonly ManifestEntry[], known: readonly { snapshot: string; entries: readonly ManifestEntry[] }[]): string | undefined {
  let best: { snapshot: string; worth: number } | undefined;
  const fileBytes = 4096;
  for (const { snapshot, entries } of known) {
    const there = new Map(entries.map((entry) => [entry.path, entry]));
    const worth = wanted.reduce((sum, entry) => (same(there.get(entry.path), entry) ? sum + entry.sizeBytes + fileBytes : sum), 0);
    if (worth > (best?.worth ?? 0)) best = { snapshot, worth };
  }
  return best?.snapshot;
}

export function planTree(wanted: readonly ManifestEntry[], base: { snapshot: string; entries: readonly ManifestEntry[] } | undefined): TreePlan {
  const there = new Map(base?.entries.map((entry) => [entry.path, entry]));
  const byHash = new Map(base?.entries.filter(({ link }) => link === undefined).map((entry) => [entry.hash, entry]));
  const plan: TreePlan = { before: [], small: [], large: [], sendBytes: 0, skippedBytes: 0 };
  const gone = new Map(there);
  const fresh: ManifestEntry[] = [];
  for (const entry of wanted) {
    if (same(there.get(entry.path), entry)) {
      gone.delete(entry.path);
      plan.skippedBytes += entry.sizeBytes;
    } else fresh.push(entry);
  }
  plan.before.push(...removals([...gone.keys()]));
  const copied = fresh.filter((entry) => entry.link === undefined && entry.sizeBytes >= worthCopyingBytes && byHash.has(entry.hash));
  plan.before.push(...copies(copied, base?.snapshot ?? '', byHash));
  plan.skippedBytes += sum(copied);
  const taken = new Set(copied);
  const sent = fresh.filter((entry) => !taken.has(entry));
  plan.large = sent.filter((entry) => entry.link === undefined && entry.sizeBytes > largeBytes);
  plan.small = sent.filter((entry) => entry.link !== undefined || entry.sizeBytes <= largeBytes);
  plan.sendBytes = sum(sent);
  return plan;
}

function same(a: ManifestEntry | undefined, b: ManifestEntry): boolean {
  return a !== undefined && a.hash === b.hash && a.mode === b.mode && a.link === b.link;
}

function sum(entries: readonly ManifestEntry[]): number {
  return entries.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

/** Words of a few thousand bytes a line; folders that are left empty go, too: a file may come in their place. */
function removals(paths: readonly string[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index < paths.length; index += 200) lines.push(`rm -f -- ${paths.slice(index, index + 200).map(inTree).join(' ')}`);
  return paths.length === 0 ? [] : [...lines, 'find . -depth -type d -exec rmdir {} + 2>/dev/null || :'];
}

function copies(entries: readonly ManifestEntry[], base: string, byHash: ReadonlyMap<string, ManifestEntry>): string[] {
  return entries.flatMap(({ path, hash, mode }) => {
    const from = byHash.get(hash)?.path ?? '';
    return [`${parentLine(path)}cp -- "$trees/${base}"/${quoteShell(from)} ${inTree(path)}; chmod ${mode.toString(8)} ${inTree(path)}`];
  });
}

/** A name that no command takes for an option. */
export function inTree(path: string): string {
  return quoteShell(`./${path}`);
}

/** The shell words that make a file's folder. */
export function parentLine(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : `mkdir -p -- ${inTree(path.slice(0, slash))}; `;
}
