import type { CallOptions, Content, ManifestEntry, Progress } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import { isTrouble, type FarSide } from '../far/far-side.ts';
import { tarOf, tarEnd, tarHeader, tarPadding } from '../far/tar.ts';
import { PartSender, tarBytes } from './send-parts.ts';
import { nearestTree, planTree } from './tree-plan.ts';

/** A snapshot, and the folder within the job's own where its copy goes. */
export type Placing = { snapshot: string; place: string };

export type Delivering = { far: FarSide; content: Content; options: CallOptions & { onProgress?: (progress: Progress) => void } };

/** This much goes along with the last call, whole. */
const inlineBytes = 1_048_576;
const treesLookedAt = 3;
/** A part that was damaged there, or a tree that was cleared away meanwhile, is sent again. */
const rounds = 4;

type Answer = { missing: string[]; trees: string[]; parts: Set<string> };

/**
 * Brings snapshots to the machine and copies of them into a job's folder: one round trip where all is there. What
 * travels is what no earlier tree there has; a broken transfer goes on where it was.
 */
export async function deliver(delivering: Delivering, key: string, placings: readonly Placing[]): Promise<void> {
  const { far, options } = delivering;
  const input = placings.map(({ snapshot, place }) => `${snapshot} ${place}\n`).join('');
  for (let round = 1; ; round += 1) {
    const answer = parsePlaced((await far.call('place', [key], { ...signalOf(options), input })).toString('utf8'));
    if (answer.missing.length === 0) return;
    for (const snapshot of new Set(answer.missing)) {
      try {
        await sendTree(delivering, snapshot, answer);
      } catch (error) {
        if (round >= rounds || !isTrouble(error, 'broken')) throw error;
      }
    }
  }
}

export function signalOf({ signal }: CallOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}

function parsePlaced(text: string): Answer {
  const answer: Answer = { missing: [], trees: [], parts: new Set() };
  for (const line of text.split('\n')) {
    const [word, value = ''] = line.split(' ');
    if (word === 'missing') answer.missing.push(value);
    else if (word === 'tree') answer.trees.push(value);
    else if (word === 'part') answer.parts.add(value);
  }
  return answer;
}

async function sendTree({ far, content, options }: Delivering, snapshot: string, { trees, parts }: Answer): Promise<void> {
  const call = signalOf(options);
  const entries = await entriesOf(content, snapshot, call);
  const known = await knownTrees(content, trees, call);
  const nearest = nearestTree(entries, known);
  const base = known.find((tree) => tree.snapshot === nearest);
  const plan = planTree(entries, base);
  const progress: Progress = { what: 'code and data', doneBytes: 0, totalBytes: plan.sendBytes, skippedBytes: plan.skippedBytes };
  const tell = (sentBytes: number, keptBytes: number): void => {
    progress.doneBytes += sentBytes + keptBytes;
    options.onProgress?.({ ...progress });
  };
  tell(0, 0);
  const inline = plan.small.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= inlineBytes && plan.small.length <= 500;
  const sender = new PartSender({ far, content, there: parts, options: call, onBytes: tell, gzip: await far.hasGzip(call) });
  if (!inline) await sender.sendSmall(plan.small);
  for (const entry of plan.large) await sender.sendLarge(entry);
  await sender.settled();
  const lines = [...plan.before, ...sender.lines].map((line) => `${line}\n`).join('');
  const chunks = [entry('do', lines), entry('sums', sender.sums.map((sum) => `${sum}\n`).join(''))];
  if (inline) for (const each of plan.small) chunks.push(await tarBytes(each, { content, options: call }, 'tree/'));
  await far.call('assemble', [snapshot, base?.snapshot ?? '-'], { ...call, input: Buffer.concat([...chunks, tarEnd]) });
  if (inline) tell(plan.small.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), 0);
}

function entry(path: string, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([tarHeader({ path, mode: 0o600, sizeBytes: bytes.length }), bytes, tarPadding(bytes.length)]);
}

async function entriesOf(content: Content, snapshot: string, call: CallOptions): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for await (const each of content.manifest(snapshot, call)) entries.push(each);
  return entries;
}

/** The trees there that this workspace knows the content of. */
async function knownTrees(content: Content, trees: readonly string[], call: CallOptions): Promise<{ snapshot: string; entries: ManifestEntry[] }[]> {
  const known: { snapshot: string; entries: ManifestEntry[] }[] = [];
  for (const snapshot of trees) {
    if (known.length >= treesLookedAt) break;
    try {
      known.push({ snapshot, entries: await entriesOf(content, snapshot, call) });
    } catch (error) {
      if (isDestinoError(error, 'aborted')) throw error; // another workspace's tree, or one collected here since
    }
  }
  return known;
}

/** One file that is no snapshot: an input that was fetched from an address. */
export async function deliverFile({ far, content, options }: Delivering, file: { name: string; hash: string; sizeBytes: number }): Promise<string> {
  const tree = `f${file.hash}`;
  const call = signalOf(options);
  const sender = new PartSender({ far, content, there: new Set(), options: call, onBytes: () => undefined, gzip: await far.hasGzip(call) });
  await sender.sendLarge({ path: file.name, mode: 0o644, sizeBytes: file.sizeBytes, hash: file.hash });
  await sender.settled();
  const input = tarOf([{ path: 'do', mode: 0o600, bytes: `${sender.lines.join('\n')}\n` }, { path: 'sums', mode: 0o600, bytes: `${sender.sums.join('\n')}\n` }]);
  await far.call('assemble', [tree, '-'], { ...call, input });
  return tree;
}
