import type { Json } from '@destino/core/model';

/** The names of all secrets that a configuration or a job refers to. */
export function secretNames(value: Json): string[] {
  const found = new Set<string>();
  collect(value, found);
  return [...found].sort();
}

function collect(value: Json, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
    return;
  }
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'secret' && typeof only[1] === 'string') found.add(only[1]);
  else for (const [, inner] of entries) collect(inner ?? null, found);
}
