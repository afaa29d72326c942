import type { Generated } from 'kysely';

/**
 * The tables, the same in both databases. Flags are 0 or 1, JSON is text, times are milliseconds of store time:
 * SQLite has neither booleans nor JSON columns, and PostgreSQL would reorder keys.
 */
export type MetaTable = {
  /** Always 1: there is one row. */
  one: number;
  schema_version: number;
  workspace: string;
  incarnation: string;
  /** The boot whose monotonic clock store time runs on; empty on PostgreSQL. */
  boot_id: string;
  /** Added to the clock's reading, so that store time goes on where it was after a reboot or a jump. */
  base_ms: number;
  /** A store time that has been seen by somebody. */
  last_ms: number;
  /** Sessions opened so far: their ids are never used again. */
  sessions: number;
  /** What is taken off PostgreSQL's transaction numbers in feed positions; see `dialect-postgres.ts`. */
  transaction_base: number;
};

export type RecordTable = {
  seq: Generated<number>;
  id: string;
  type: string;
  name: string;
  kind: string;
  parent: string | null;
  target: string | null;
  state: string;
  active: number;
  needs: string;
  session: string | null;
  fence: number;
  poke: number;
  poke_seen: number;
  version: number;
  events: number;
  created_at: string;
  created_by: string | null;
  updated_ms: number;
  requests: string;
  spec: string;
  doc: string;
};

export type AttemptTable = { key: string; record: string; number: number; body: string };
export type SegmentTable = { attempt: string; ordinal: number; body: string };
export type EventTable = { position: number | null; record: string; number: number; at: string; type: string; data: string };
export type SessionTable = { id: string; host: string; opened_ms: number; until_ms: number };
export type SightingTable = { id: string; since_ms: number };

export type Tables = {
  meta: MetaTable;
  records: RecordTable;
  attempts: AttemptTable;
  segments: SegmentTable;
  events: EventTable;
  sessions: SessionTable;
  sightings: SightingTable;
};
