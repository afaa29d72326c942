import { lstatSync, readFileSync, readdirSync, readlinkSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { DestinoError } from '../errors/index.ts';
import { parseIgnoreFile, type IgnoreRules } from './ignore-rules.ts';
import { isSettled, isStampOf, sameStamp, stampOf, type FileNode, type FolderNode, type LinkNode, type ScanNode } from './nodes.ts';

export interface ScanProblem {
  path: string;
  reason: string;
}

export interface ScanOptions {
  /** `.amlignore` or `.gitignore`: the name of the ignore files, in every folder. */
  ignoreFile: string;
  /** Absolute paths that are never part of a snapshot, as a state folder. */
  never: readonly string[];
  /** The tree as it was last time, with what is known of its content. */
  known?: FolderNode | undefined;
  /** When the known tree was read, in the file system's clock. */
  knownReadMs?: number | undefined;
  /** Where the scan gives up, so that a folder with millions of files ends in an answer. */
  mostFiles: number;
  signal?: AbortSignal | undefined;
}

export interface ScanResult {
  root: FolderNode;
  /** All files and links, in the order of their paths. */
  leaves: (FileNode | LinkNode)[];
  problems: ScanProblem[];
  files: number;
  sizeBytes: number;
  /** It gave up at `mostFiles`. */
  isPartial: boolean;
  /** Every file and link is the known one, and none is missing: the manifest is the same. */
  isSameContent: boolean;
  /** The stamps of folders and ignore files are the known ones as well: there is nothing new to remember. */
  isSameState: boolean;
}

/** Names that are part of no snapshot, wherever they stand. */
const neverNames = new Set(['.git', '.destino']);
/** The scan blocks (asynchronous calls would take several times as long), but never for more than this many entries. */
const entriesAtOnce = 1_000;

interface Scan extends ScanOptions {
  folder: string;
  result: ScanResult;
  /** How many files may be found before the event loop gets its turn. */
  pauseAtFiles: number;
}

/** Rules that hold in a folder, its own first. `base` is the length of the path prefix that they do not see. */
interface RuleChain {
  rules: () => IgnoreRules;
  base: number;
  parent: RuleChain | undefined;
}

/** Finds what of a folder is part of its snapshot. Reads no file but the ignore files. */
export async function scanFolder(folder: string, options: ScanOptions): Promise<ScanResult> {
  const root: FolderNode = { kind: 'folder', path: '', rulesStamp: '', children: [], ...stampOf(lstatSync(folder)) };
  const result: ScanResult = { root, leaves: [], problems: [], files: 0, sizeBytes: 0, isPartial: false, isSameContent: true, isSameState: true };
  const scan: Scan = { ...options, folder, result, pauseAtFiles: entriesAtOnce };
  await scanInto(scan, root, options.known, undefined, true);
  return result;
}

async function scanInto(scan: Scan, node: FolderNode, known: FolderNode | undefined, above: RuleChain | undefined, rulesHold: boolean): Promise<void> {
  await pause(scan);
  const own = readRules(scan, node, known);
  const chain = own.rules === undefined ? above : { rules: own.rules, base: node.path === '' ? 0 : node.path.length + 1, parent: above };
  const verdictsHold = rulesHold && own.unchanged;
  const untouched = verdictsHold && known !== undefined && sameStamp(node, known) && isSettled(known, scan.knownReadMs ?? 0);
  const before = new Map(untouched ? [] : known?.children.map((child) => [child.path, child] as const));
  const candidates = untouched ? known.children : listed(scan, node);
  for (const candidate of candidates) {
    const isKnown = untouched || before.has(candidate.path);
    const old = untouched ? (candidate as ScanNode) : before.get(candidate.path);
    const included = (verdictsHold && isKnown && old?.kind === candidate.kind) || !isIgnored(chain, candidate.path, candidate.kind === 'folder');
    if (!included) continue;
    const child = visit(scan, candidate, old);
    if (child === undefined) continue;
    node.children.push(child);
    if (child.kind !== 'folder') scan.result.leaves.push(child);
    else await scanInto(scan, child, old?.kind === 'folder' ? old : undefined, chain, verdictsHold);
    if (scan.result.isPartial) break;
  }
  compare(scan.result, node, known, untouched);
}

function compare(result: ScanResult, node: FolderNode, known: FolderNode | undefined, untouched: boolean): void {
  result.isSameState &&= untouched;
  result.isSameContent &&= known !== undefined && known.children.length === node.children.length && node.children.every((child, index) => isSameNode(child, known.children[index]));
  result.isSameState &&= result.isSameContent;
}

/** Files are the very objects of last time when their stamps are the same; folders are compared in their turn. */
function isSameNode(node: ScanNode, known: ScanNode | undefined): boolean {
  if (node === known) return true;
  if (node.path !== known?.path || node.kind !== known.kind || node.kind === 'file') return false;
  return node.kind === 'folder' || (known.kind === 'link' && node.target === known.target);
}

/** A name that `readdir` gave, or a node of last time. */
interface Candidate {
  path: string;
  kind: 'file' | 'link' | 'folder' | 'special';
}

function visit(scan: Scan, { path: relative, kind }: Candidate, old: ScanNode | undefined): ScanNode | undefined {
  const { result } = scan;
  const full = `${scan.folder}${path.sep}${relative}`;
  try {
    if (!isText(relative)) throw new Error('its name is not valid UTF-8');
    if (kind === 'link') return link(result, relative, full);
    const stats = lstatSync(full, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return { kind: 'folder', path: relative, rulesStamp: '', children: [], ...stampOf(stats) };
    if (!stats.isFile()) throw new Error('it is neither a file, a folder nor a link');
    result.files += 1;
    result.sizeBytes += stats.size;
    result.isPartial = result.files >= scan.mostFiles;
    if (old?.kind === 'file' && old.hash !== '' && isStampOf(stats, old)) return old;
    const isExecutable = path.sep === '/' && (stats.mode & 0o100) !== 0;
    return { kind: 'file', path: relative, isExecutable, hash: '', ...stampOf(stats) } satisfies FileNode;
  } catch (error) {
    result.problems.push({ path: relative, reason: messageOf(error) });
    return undefined;
  }
}

function link(result: ScanResult, relative: string, full: string): LinkNode {
  const target = readlinkSync(full);
  if (!isText(target)) throw new Error('it is a link whose target is not valid UTF-8');
  result.files += 1;
  return { kind: 'link', path: relative, target };
}

/** Names are text in a manifest. Bytes that are none come as U+FFFD from the system, and would not be found again. */
function isText(name: string): boolean {
  return name.isWellFormed() && !name.includes('\ufffd');
}

/** What a folder holds, in the order of the paths below it: a folder sorts as if its name ended in `/`. */
function listed(scan: Scan, node: FolderNode): Candidate[] {
  const full = path.join(scan.folder, node.path);
  let entries: Dirent[];
  try {
    entries = readdirSync(full, { withFileTypes: true });
  } catch (error) {
    scan.result.problems.push({ path: node.path === '' ? '.' : node.path, reason: `cannot be listed: ${messageOf(error)}` });
    return [];
  }
  const candidates = entries.flatMap((entry) => {
    if (neverNames.has(entry.name) || scan.never.includes(path.join(full, entry.name))) return [];
    const kind = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'special';
    const relative = node.path === '' ? entry.name : `${node.path}/${entry.name}`;
    return [{ path: relative, kind, key: kind === 'folder' ? `${relative}/` : relative } as const];
  });
  return candidates.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The folder's own ignore file. `unchanged` when it is the one of last time, or when there was and is none. */
function readRules(scan: Scan, node: FolderNode, known: FolderNode | undefined): { rules: (() => IgnoreRules) | undefined; unchanged: boolean } {
  const file = path.join(scan.folder, node.path, scan.ignoreFile);
  const mayHaveNone = known?.rulesStamp === '' && sameStamp(node, known) && isSettled(known, scan.knownReadMs ?? 0);
  const stats = mayHaveNone ? undefined : lstatSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) return { rules: undefined, unchanged: known?.rulesStamp === '' };
  const stamp = stampOf(stats);
  node.rulesStamp = `${stamp.mtimeMs} ${stamp.ctimeMs} ${stamp.sizeBytes} ${stamp.inode}`;
  const unchanged = node.rulesStamp === known?.rulesStamp && isSettled(stamp, scan.knownReadMs ?? 0);
  let parsed: IgnoreRules | undefined;
  return { rules: () => (parsed ??= parseIgnoreFile(readFileSync(file))), unchanged };
}

function isIgnored(chain: RuleChain | undefined, relative: string, isFolder: boolean): boolean {
  for (let at = chain; at !== undefined; at = at.parent) {
    const decision = at.rules().decide(relative.slice(at.base), isFolder);
    if (decision !== undefined) return decision;
  }
  return false;
}

async function pause(scan: Scan): Promise<void> {
  if (scan.result.files < scan.pauseAtFiles) return;
  scan.pauseAtFiles = scan.result.files + entriesAtOnce;
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  if (scan.signal?.aborted) throw new DestinoError('aborted', `taking a snapshot of ${scan.folder} was aborted`, { cause: scan.signal.reason });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
