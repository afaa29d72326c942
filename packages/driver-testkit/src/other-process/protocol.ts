import type { ErrorData } from '@destino/core/errors';
import type { Json, Owner } from '@destino/core/model';

/** What a process is told first: whose driver it opens, and how. */
export type Opening = { module: string; config: Json; owner: Owner; secrets: Record<string, string> };

export const otherVerbs = ['submit', 'find', 'inspect', 'cancel', 'release'] as const;
export type OtherVerb = (typeof otherVerbs)[number];

/** `dies`: the process is killed when the verb has had its effect, and before it answers. */
export type OtherCall = { id: number; verb: OtherVerb; words: unknown[]; dies: boolean };
export type OtherAnswer = { id: number; value: unknown } | { id: number; error: ErrorData };
