import { DestinoError } from '@destino/core/errors';
import type { OwnedThing, Owner } from '@destino/core/model';

type Part = { id: string; key: string; owner: Owner; createdAtMs: number };

/** Secrets, blobs and code made beside a job, and content by hash. */
export interface PartsWorld {
  add(part: Part): void;
  removeOf(key: string): void;
  remove(id: string, owner: Owner): boolean;
  list(owner: Owner): OwnedThing[];
  has(hash: string): boolean;
  put(hash: string, sizeBytes: number): void;
}

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.workspace === b.workspace && a.incarnation === b.incarnation;
}

export function createPartsWorld(timeOf: (atMs: number) => string): PartsWorld {
  const parts = new Map<string, Part>();
  const content = new Map<string, number>();
  return {
    add: (part) => parts.set(part.id, part),
    removeOf: (key) => {
      for (const part of parts.values()) if (part.key === key) parts.delete(part.id);
    },
    remove: (id, owner) => {
      const part = parts.get(id);
      if (part !== undefined && !sameOwner(part.owner, owner)) throw new DestinoError('conflict', `the part '${id}' carries another owner's mark`);
      return parts.delete(id);
    },
    list: (owner) =>
      [...parts.values()]
        .filter((part) => sameOwner(part.owner, owner))
        .map((part) => ({ id: part.id, what: 'part', ...part.owner, key: part.key, createdAt: timeOf(part.createdAtMs) })),
    has: (hash) => content.has(hash),
    put: (hash, sizeBytes) => void content.set(hash, sizeBytes),
  };
}
