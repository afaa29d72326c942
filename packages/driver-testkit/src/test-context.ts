import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Content, DriverContext, Logger, ManifestEntry, Secrets } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Json, Owner } from '@destino/core/model';

export type LoggedLine = { level: 'debug' | 'info' | 'warn'; event: string; fields: Record<string, Json> };

/** A context whose content, secrets and log lines lie in memory, for a test to fill and to read. */
export interface TestContext extends DriverContext {
  readonly lines: readonly LoggedLine[];
  /** The secrets by name; a test may add to it. */
  readonly secretValues: Map<string, string>;
  /** Stores files and answers the snapshot's hash. */
  addSnapshot(files: Record<string, string>): string;
}

export type TestContextOptions = { clock: Clock; owner?: Owner; secrets?: Record<string, string>; workDir?: string } & Partial<
  Pick<DriverContext, 'helper' | 'staging' | 'images' | 'ask' | 'fetch'>
>;

const helper = { script: '#!/bin/sh\nexec "$@"\n', hash: 'test-helper', image: (): undefined => undefined };

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function recordingLogger(lines: LoggedLine[]): Logger {
  const at =
    (level: LoggedLine['level']) =>
    (event: string, fields: Record<string, Json> = {}): void =>
      void lines.push({ level, event, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn') };
}

function memorySecrets(values: Map<string, string>): Secrets {
  return {
    resolve: async ({ secret }) => {
      const value = values.get(secret);
      if (value === undefined) throw new DestinoError('not-found', `there is no secret '${secret}'`, { hint: `destino secret set ${secret}` });
      return value;
    },
    store: async (name, value) => {
      values.set(name, value);
      return { secret: name };
    },
  };
}

type MemoryContent = { content: Content; addSnapshot(files: Record<string, string>): string };

function memoryContent(): MemoryContent {
  const blobs = new Map<string, Uint8Array>();
  const manifests = new Map<string, ManifestEntry[]>();
  const put = (bytes: Uint8Array): string => {
    const hash = hashOf(bytes);
    blobs.set(hash, bytes);
    return hash;
  };
  const entriesOf = (snapshot: string): ManifestEntry[] => {
    const entries = manifests.get(snapshot);
    if (entries === undefined) throw new DestinoError('not-found', `there is no snapshot '${snapshot}'`);
    return entries;
  };
  const bytesOf = (hash: string): Uint8Array => {
    const bytes = blobs.get(hash);
    if (bytes === undefined) throw new DestinoError('not-found', `there is no content '${hash}'`);
    return bytes;
  };
  return {
    addSnapshot: (files) => {
      const sorted = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
      const entries = sorted.map(([path, text]) => {
        const bytes = new TextEncoder().encode(text);
        return { path, mode: 0o644, sizeBytes: bytes.length, hash: put(bytes) };
      });
      const snapshot = hashOf(new TextEncoder().encode(JSON.stringify(entries)));
      manifests.set(snapshot, entries);
      return snapshot;
    },
    content: {
      manifest: async function* (snapshot) {
        yield* entriesOf(snapshot);
      },
      read: async function* (hash, options) {
        yield bytesOf(hash).subarray(options?.from ?? 0);
      },
      write: async (source) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of source) chunks.push(chunk);
        const bytes = new Uint8Array(Buffer.concat(chunks));
        return { hash: put(bytes), sizeBytes: bytes.length };
      },
      materialise: async (snapshot, folder) => {
        for (const entry of entriesOf(snapshot)) {
          const file = join(folder, entry.path);
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, bytesOf(entry.hash), { mode: entry.mode });
        }
      },
    },
  };
}

/** Everything that a driver gets, ready for a test. */
export function createTestContext(options: TestContextOptions): TestContext {
  const { clock, owner, secrets, workDir, ...rest } = options;
  const lines: LoggedLine[] = [];
  const secretValues = new Map(Object.entries(secrets ?? {}));
  return {
    logger: recordingLogger(lines),
    clock,
    fetch: globalThis.fetch,
    workDir: workDir ?? '/nonexistent/destino-test',
    owner: owner ?? { workspace: 'test', incarnation: 'incarnation-1' },
    secrets: memorySecrets(secretValues),
    helper,
    ...memoryContent(),
    ...rest,
    lines,
    secretValues,
  };
}
