import { sql, type Compilable } from 'kysely';
import type { Dialect } from '../dialect/dialect.ts';

/** Takes the schema from one version to the next; never changed once it has been released. */
export type Migration = (dialect: Dialect) => Compilable[];

/** The schema's versions: the first migration makes version 1, and so on. */
export const migrations: readonly Migration[] = [firstSchema];
export const schemaVersion = migrations.length;

function firstSchema(dialect: Dialect): Compilable[] {
  return [...recordTables(dialect), ...recordIndices(dialect), ...hostTables(dialect)];
}

function recordTables({ builder, counted }: Dialect): Compilable[] {
  const { schema } = builder;
  return [
    schema
      .createTable('records')
      .addColumn('seq', counted)
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('parent', 'text')
      .addColumn('target', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('active', 'integer', (column) => column.notNull())
      .addColumn('needs', 'text', (column) => column.notNull())
      .addColumn('session', 'text')
      .addColumn('fence', 'bigint', (column) => column.notNull())
      .addColumn('poke', 'bigint', (column) => column.notNull())
      .addColumn('poke_seen', 'bigint', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('events', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text')
      .addColumn('updated_ms', 'bigint', (column) => column.notNull())
      .addColumn('requests', 'text', (column) => column.notNull())
      .addColumn('spec', 'text', (column) => column.notNull())
      .addColumn('doc', 'text', (column) => column.notNull())
      .addUniqueConstraint('records_name', ['type', 'name']),
    schema
      .createTable('attempts')
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('number', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull()),
    schema
      .createTable('segments')
      .addColumn('attempt', 'text', (column) => column.notNull())
      .addColumn('ordinal', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('segments_ordinal', ['attempt', 'ordinal']),
    schema
      .createTable('events')
      .addColumn('position', counted)
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('number', 'bigint', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .addUniqueConstraint('events_number', ['record', 'number']),
  ];
}

function recordIndices({ builder, name }: Dialect): Compilable[] {
  const { schema } = builder;
  const active = sql<boolean>`active = 1`;
  return [
    schema.createIndex('records_listed').on('records').columns(['type', 'seq']),
    schema.createIndex('records_active').on('records').columns(['type', 'seq']).where(active),
    schema.createIndex('records_claim').on('records').columns(['needs', 'session', 'seq']).where(active),
    schema.createIndex('records_poked').on('records').columns(['session', 'seq']).where(sql<boolean>`poke > poke_seen`),
    schema.createIndex('records_parent').on('records').columns(['parent', 'seq']).where(sql<boolean>`parent is not null`),
    schema.createIndex('records_target').on('records').columns(['target', 'seq']).where(sql<boolean>`target is not null`),
    // Every opening of a file asks for the latest write. A server keeps its own time, and updates rows faster without it.
    ...(name === 'sqlite' ? [schema.createIndex('records_updated').on('records').column('updated_ms')] : []),
    schema.createIndex('attempts_record').on('attempts').columns(['record', 'number']),
  ];
}

function hostTables({ builder }: Dialect): Compilable[] {
  const { schema } = builder;
  return [
    schema
      .createTable('sessions')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('host', 'text', (column) => column.notNull())
      .addColumn('opened_ms', 'bigint', (column) => column.notNull())
      .addColumn('until_ms', 'bigint', (column) => column.notNull()),
    schema
      .createTable('sightings')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('since_ms', 'bigint', (column) => column.notNull()),
  ];
}

/** The one table that every version has: what it holds is how versions are told apart. */
export function metaTable({ builder }: Dialect): Compilable {
  return builder.schema
    .createTable('meta')
    .addColumn('one', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('schema_version', 'integer', (column) => column.notNull())
    .addColumn('workspace', 'text', (column) => column.notNull())
    .addColumn('incarnation', 'text', (column) => column.notNull())
    .addColumn('boot_id', 'text', (column) => column.notNull())
    .addColumn('base_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_ms', 'bigint', (column) => column.notNull())
    .addColumn('sessions', 'bigint', (column) => column.notNull())
    .addColumn('transaction_base', 'bigint', (column) => column.notNull());
}
