import type { LogStream } from '@destino/core/model';
import type { LogOffsets, LogPiece, LogSlice } from '../remote-api.ts';
import type { LogEntry } from '../programme.ts';

/** One line as it was written: when, by which source. */
export type ProducedLine = { atMs: number; source: string; stream: LogStream; bytes: Uint8Array };

type Writer = { source: string; node: number; fromMs: number; untilMs: number };

const encoder = new TextEncoder();

function render(text: string, index: number, node: number, secretLengths: Record<string, number>): Uint8Array {
  const filled = text.replaceAll('{i}', String(index)).replaceAll('{node}', String(node));
  return encoder.encode(filled.replace(/\{length:([^}]*)\}/g, (_, name: string) => String(secretLengths[name] ?? 0)));
}

function* entryLines(entry: LogEntry, writer: Writer, untilMs: number, secretLengths: Record<string, number>): Generator<ProducedLine> {
  for (let index = 0; index < entry.repeat; index += 1) {
    const atMs = writer.fromMs + entry.atMs + index * entry.everyMs;
    if (atMs > untilMs || atMs > writer.untilMs) return;
    yield { atMs, source: writer.source, stream: entry.stream, bytes: render(entry.text, index, writer.node, secretLengths) };
  }
}

/** All lines that the writers wrote by `untilMs`, in order of time. */
export function produceLines(entries: readonly LogEntry[], writers: readonly Writer[], untilMs: number, secretLengths: Record<string, number> = {}): ProducedLine[] {
  const lines: ProducedLine[] = [];
  for (const entry of entries) {
    for (const writer of writers) {
      if ((entry.node ?? writer.node) === writer.node) for (const line of entryLines(entry, writer, untilMs, secretLengths)) lines.push(line);
    }
  }
  return lines.sort((a, b) => a.atMs - b.atMs);
}

/** The bytes of each source, whole. */
export function joinBySource(lines: readonly ProducedLine[]): Record<string, Uint8Array> {
  const chunks = new Map<string, Uint8Array[]>();
  for (const line of lines) {
    const parts = chunks.get(line.source) ?? [];
    parts.push(line.bytes);
    chunks.set(line.source, parts);
  }
  return Object.fromEntries([...chunks].map(([source, parts]) => [source, new Uint8Array(Buffer.concat(parts))]));
}

function totals(lines: readonly ProducedLine[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const line of lines) sizes.set(line.source, (sizes.get(line.source) ?? 0) + line.bytes.length);
  return sizes;
}

/** Where reading begins for each source, and a gap for every source whose bytes before that have left the window. */
function openWindow(sizes: Map<string, number>, since: LogOffsets, windowBytes: number | undefined): { from: Map<string, number>; gaps: LogPiece[] } {
  const from = new Map<string, number>();
  const gaps: LogPiece[] = [];
  for (const [source, size] of sizes) {
    const wanted = since[source] ?? 0;
    const oldest = windowBytes === undefined ? 0 : Math.max(0, size - windowBytes);
    if (oldest > wanted) gaps.push({ source, gap: { reason: 'the remote keeps only the newest bytes', bytes: oldest - wanted } });
    from.set(source, Math.max(wanted, oldest));
  }
  return { from, gaps };
}

/** The part of `lines` after `since`, at most about `maxBytes`. */
export function sliceLog(lines: readonly ProducedLine[], over: boolean, ask: { since: LogOffsets; maxBytes: number; windowBytes?: number | undefined }): LogSlice {
  const { from, gaps } = openWindow(totals(lines), ask.since, ask.windowBytes);
  const pieces: LogPiece[] = [...gaps];
  const position = new Map<string, number>();
  let taken = 0;
  for (const line of lines) {
    const start = position.get(line.source) ?? 0;
    position.set(line.source, start + line.bytes.length);
    const skip = Math.max(0, (from.get(line.source) ?? 0) - start);
    if (skip >= line.bytes.length) continue;
    if (taken >= ask.maxBytes) return { pieces, ended: false };
    const bytes = line.bytes.subarray(skip);
    pieces.push({ source: line.source, stream: line.stream, bytes, timeMs: line.atMs });
    taken += bytes.length;
  }
  return { pieces, ended: over };
}
