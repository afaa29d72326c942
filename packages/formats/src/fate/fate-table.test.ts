import { describe, expect, it } from 'vitest';
import { fileSchemas } from '../schema/kind.ts';
import { definitionOf, unwrap, type AnySchema } from '../yaml/schema-shape.ts';
import { targetKinds, type TargetKind } from './fate-row.ts';
import { fatesOf, fateTable, type KindWithFates } from './fate-table.ts';

/** Every field of a schema as a pattern, down to what is text, number or open. */
function patterns(schema: AnySchema, path: string[]): string[] {
  const def = definitionOf(unwrap(schema).schema);
  if (def.type === 'object') return Object.entries(def.shape).flatMap(([name, inner]) => patterns(inner, [...path, name]));
  if (def.type === 'record') return patterns(def.valueType, [...path, '*']);
  if (def.type === 'array') return patterns(def.element, [...path, '*']);
  if (def.type === 'union') return [...new Set(def.options.flatMap((option) => patterns(option, path)))];
  return [path.join('.')];
}

const covers = (row: string, field: string) => row === field || field.startsWith(`${row}.`);
const kinds = Object.keys(fateTable) as KindWithFates[];
const refusals = (kind: KindWithFates, value: unknown, target: TargetKind) => fatesOf(kind, value, target).filter(({ fate }) => fate.fate === 'refused').map(({ path }) => path.join('.'));
const fate = (kind: KindWithFates, value: unknown, target: TargetKind, field: string) => fatesOf(kind, value, target).find(({ path }) => path.join('.') === field)?.fate.fate;

describe.each(kinds)('the fates of a %s', (kind) => {
  const fields = patterns(fileSchemas[kind], []);

  it('say something of every known field', () => {
    const rows = fateTable[kind].filter((row) => row.path !== '');
    expect(fields.filter((field) => !rows.some((row) => covers(row.path, field)))).toEqual([]);
  });

  it('speak of known fields only, and give words to whatever is not simply honoured', () => {
    for (const row of fateTable[kind]) {
      expect([row.path, row.path === '' || fields.some((field) => covers(row.path, field))]).toEqual([row.path, true]);
      const wordless = targetKinds.filter((target) => row.fates[target].fate !== 'honoured' && (row.fates[target].words ?? '').length < 10);
      expect([row.path, wordless]).toEqual([row.path, []]);
    }
  });

  it('leave no field without a row that always holds', () => {
    const rows = fateTable[kind].filter((row) => row.when === undefined && row.path !== '');
    const conditional = fateTable[kind].filter((row) => row.when !== undefined).map((row) => row.path);
    expect(conditional.filter((path) => !rows.some((row) => covers(row.path, path)))).toEqual([]);
  });
});

describe('fates of real fields', () => {
  it('refuse several nodes on one machine and take them on a cluster', () => {
    const job = { resources: { instance_count: 2 }, distribution: { type: 'tensorflow', worker_count: 2 } };
    expect(refusals('command-job', job, 'local')).toEqual(['resources.instance_count', 'distribution.worker_count']);
    expect([refusals('command-job', job, 'amlcompute'), refusals('command-job', job, 'aks')]).toEqual([[], []]);
    expect(refusals('command-job', { resources: { instance_count: 1 } }, 'local')).toEqual([]);
  });

  it('refuse what would drop a protection, and only note what changes nothing', () => {
    expect(refusals('online-deployment', { egress_public_network_access: 'disabled' }, 'aks')).toEqual(['egress_public_network_access']);
    expect(refusals('online-endpoint', { public_network_access: 'disabled' }, 'local')).toEqual(['public_network_access']);
    expect(fate('online-deployment', { app_insights_enabled: true }, 'local', 'app_insights_enabled')).toBe('noted');
    expect(fate('command-job', { queue_settings: { job_tier: 'spot' } }, 'local', 'queue_settings')).toBe('noted');
  });

  it('translate sizes and mounts, by the value that stands there', () => {
    expect(fate('online-deployment', { instance_type: 'STANDARD_DS3_v2' }, 'aci', 'instance_type')).toBe('translated');
    expect(fate('online-deployment', { instance_type: 'small' }, 'aks', 'instance_type')).toBe('honoured');
    expect(fate('online-deployment', { instance_type: 'small' }, 'local', 'instance_type')).toBe('refused');
    expect(fate('command-job', { inputs: { data: { mode: 'ro_mount' } } }, 'ssh', 'inputs.data.mode')).toBe('translated');
    expect(fate('command-job', { inputs: { data: { mode: 'download' } } }, 'ssh', 'inputs.data.mode')).toBe('honoured');
    expect(refusals('command-job', { inputs: { data: { mode: 'rw_mount' } } }, 'local')).toEqual(['inputs.data.mode']);
  });

  it('let an identity be your own on this machine only', () => {
    expect(fate('command-job', { identity: { type: 'user_identity' } }, 'local', 'identity')).toBe('translated');
    expect(fate('command-job', { identity: { type: 'managed' } }, 'local', 'identity')).toBe('refused');
    expect(fate('command-job', { identity: { type: 'managed' } }, 'amlcompute', 'identity')).toBe('honoured');
  });
});
