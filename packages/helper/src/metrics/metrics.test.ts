import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectMetrics, readMetrics } from './job-metrics.ts';
import { parseMetricLine } from './metric-record.ts';
import { plotMetric, shortNumber } from './plot.ts';

describe('a line of metrics.jsonl', () => {
  it('is a record of the tracking server', () => {
    expect(parseMetricLine('{"kind":"metric","key":"loss","value":0.5,"step":3,"timeMs":7}')).toEqual([{ kind: 'metric', key: 'loss', value: 0.5, step: 3, timeMs: 7 }]);
    expect(parseMetricLine('{"kind":"metric","run":"r","key":"loss","value":"-Infinity","step":0,"timeMs":7}')).toEqual([
      { kind: 'metric', run: 'r', key: 'loss', value: Number.NEGATIVE_INFINITY, step: 0, timeMs: 7 },
    ]);
    expect(parseMetricLine('{"kind":"tag","key":"a","value":null}')).toEqual([{ kind: 'tag', key: 'a', value: null }]);
    expect(parseMetricLine('{"kind":"artifact","path":"m/x","sizeBytes":3}')).toEqual([{ kind: 'artifact', path: 'm/x', sizeBytes: 3 }]);
  });

  it('may be written by anybody, one metric or several', () => {
    expect(parseMetricLine('{"metric":"loss","value":1}')).toEqual([{ kind: 'metric', key: 'loss', value: 1 }]);
    expect(parseMetricLine(' {"metric": {"loss": NaN, "acc": 1, "x": -Infinity}, "step": 2}\r')).toEqual([
      { kind: 'metric', key: 'loss', value: Number.NaN, step: 2 },
      { kind: 'metric', key: 'acc', value: 1, step: 2 },
      { kind: 'metric', key: 'x', value: Number.NEGATIVE_INFINITY, step: 2 },
    ]);
  });

  it.each(['', 'loss 0.5', '[]', '1', 'null', '{"metric":"loss"}', '{"metric":"loss","value":"big"}', '{"kind":"other"}', '{"kind":"metric","value":1}', '{"metric":["a"]}', '{"a":NaN'])(
    'is nothing when it is %j',
    (line) => {
      expect(parseMetricLine(line)).toEqual([]);
    },
  );

  it('never fails, whatever it holds', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((text) => `{"kind":"metric","key":"a","value":${text}}`)), (line) => Array.isArray(parseMetricLine(line))));
  });
});

describe('the metrics of a job', () => {
  it('are in order of runs and steps, what came twice once', () => {
    const lines = [
      '{"kind":"metric","key":"loss","value":3,"step":2,"timeMs":12}',
      '{"kind":"metric","key":"loss","value":1,"step":0,"timeMs":10}',
      '{"kind":"metric","key":"loss","value":3,"step":2,"timeMs":12}',
      '{"kind":"metric","key":"loss","value":4,"step":2,"timeMs":13}',
      '{"kind":"metric","run":"child","key":"loss","value":9,"step":0,"timeMs":10}',
      '{"kind":"run","run":"child","name":"fold 1","status":"FINISHED","timeMs":20}',
      '{"kind":"param","key":"lr","value":"0.1"}',
      '{"kind":"tag","key":"a","value":"1"}',
      '{"kind":"tag","key":"a","value":null}',
    ];
    const { runs, badLines } = readMetrics(`${lines.join('\n')}\n`);
    expect(runs).toHaveLength(2);
    expect(runs[0]?.metrics['loss']?.map(({ step, value }) => [step, value])).toEqual([[0, 1], [2, 3], [2, 4]]);
    expect([runs[0]?.params['lr'], runs[0]?.tags['a'], badLines]).toEqual(['0.1', undefined, []]);
    expect([runs[1]?.run, runs[1]?.name, runs[1]?.status]).toEqual(['child', 'fold 1', 'FINISHED']);
  });

  it('number their steps where the writer gave none', () => {
    const { runs } = readMetrics('{"metric":"a","value":5}\n{"metric":"a","value":5}\n');
    expect(runs[0]?.metrics['a']).toEqual([{ value: 5, step: 0 }, { value: 5, step: 1 }]);
  });

  it('name the lines that are none, but not one that is still being written', () => {
    const { runs, badLines } = readMetrics('{"metric":"a","value":1}\nhello\n\n{"metric":"a","value":2}\n{"metric":"a","va');
    expect([badLines, runs[0]?.metrics['a']?.length]).toEqual([[2], 2]);
    expect(readMetrics('{"metric":"a","value":1}').runs[0]?.metrics['a']).toHaveLength(1);
  });

  it('may have any name', () => {
    const { runs } = readMetrics('{"metric":{"__proto__":1,"constructor":2}}\n{"kind":"param","key":"toString","value":"x"}\n');
    expect(Object.keys(runs[0]?.metrics ?? {})).toEqual(['__proto__', 'constructor']);
    expect(runs[0]?.metrics['constructor']).toEqual([{ value: 2, step: 0 }]);
  });

  it('list artifacts once each, and what the server could not do', () => {
    const { artifacts, unsupported } = collectMetrics([
      { kind: 'artifact', path: 'a', sizeBytes: 1 },
      { kind: 'artifact', path: 'a', sizeBytes: 2 },
      { kind: 'unsupported', route: 'POST x' },
    ]);
    expect([artifacts, unsupported]).toEqual([[{ path: 'a', sizeBytes: 2 }], ['POST x']]);
  });
});

describe('the plot of a metric', () => {
  const points = (...values: number[]): { value: number; step: number }[] => values.map((value, step) => ({ value, step }));

  it('shows the curve, its bounds, its steps and the last value', () => {
    expect(plotMetric('loss', points(4, 3, 2, 1, 0), { width: 20, height: 5, ascii: true })).toBe(
      ['loss  0 at step 4 (5 values)', '4 |**', '  |  ****', '  |      ****', '  |          ****', '0 |              ***', '   0               4'].join('\n'),
    );
    const braille = plotMetric('loss', points(0, 1), { width: 12, height: 2 });
    expect(braille).toMatch(/^loss {2}1 at step 1 \(2 values\)\n1 │[ \u2800-\u28ff]+\n0 │[ \u2800-\u28ff]+\n {3}0 +1$/);
  });

  it('leaves gaps for what is not finite, and counts it', () => {
    const text = plotMetric('x', points(1, Number.NaN, Number.POSITIVE_INFINITY, 2), { ascii: true });
    expect(text).toContain('(4 values, 2 not finite)');
    expect(text.match(/\*/g)).toHaveLength(2);
    expect(plotMetric('x', points(Number.NaN))).toBe('x  NaN at step 0 (1 value, 1 not finite)');
    expect(plotMetric('x', [])).toBe('x  no values');
  });

  it('lets no control character of a name reach the terminal', () => {
    expect(plotMetric('a\u001b[2J\nb', [])).toBe('a\ufffd[2J\ufffdb  no values');
  });

  it('keeps to its width and height, whatever the values', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, 1, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, Number.NaN));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), fc.integer({ min: 30, max: 100 }), fc.integer({ min: 2, max: 20 }), fc.boolean(), (values, width, height, ascii) => {
        const lines = plotMetric('m', points(...values), { width, height, ascii }).split('\n').slice(1);
        expect(lines.length === 0 || lines.length === height + 1).toBe(true);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        expect((ascii ? /\*/ : /[\u2801-\u28ff]/).test(lines.join(''))).toBe(values.some(Number.isFinite));
      }),
    );
  });

  it('shortens numbers', () => {
    expect([0, 1, 0.123456, 1234.5678, 1e9, 1.5e-7, -2, Number.NaN].map(shortNumber)).toEqual(['0', '1', '0.1235', '1235', '1.00e9', '1.50e-7', '-2', 'NaN']);
  });
});
