import { describe, expect, it } from 'vitest';
import { chooseDeployment } from './choose-deployment.ts';
import { Meter } from './measures.ts';

describe('Meter', () => {
  it('tells percentiles to within five percent, and forgets after a minute', () => {
    let nowMs = 0;
    const meter = new Meter(() => nowMs);
    for (let ms = 1; ms <= 1000; ms += 1) meter.answered(ms, ms > 990);
    const { lastMinute } = meter.read();
    expect(lastMinute).toMatchObject({ requests: 1000, failures: 10 });
    for (const [got, exact] of [[lastMinute.p50Ms, 500], [lastMinute.p90Ms, 900], [lastMinute.p99Ms, 990]] as const) expect(Math.abs((got ?? 0) - exact) / exact).toBeLessThan(0.06);
    nowMs = 61_000;
    expect(meter.read()).toMatchObject({ requests: 1000, failures: 10, lastMinute: { requests: 0, p50Ms: null } });
  });
});

describe('chooseDeployment', () => {
  it('follows the percentages: 100,000 draws lie within four standard deviations', () => {
    const split = { blue: 70, green: 25, red: 5, grey: 0 };
    const counts: Record<string, number> = {};
    for (let count = 0; count < 100_000; count += 1) {
      const name = chooseDeployment(split, Math.random()) ?? 'none';
      counts[name] = (counts[name] ?? 0) + 1;
    }
    for (const [name, percent] of Object.entries({ blue: 70, green: 25, red: 5 })) {
      const [expected, deviation] = [percent * 1000, Math.sqrt(100_000 * (percent / 100) * (1 - percent / 100))];
      expect(Math.abs((counts[name] ?? 0) - expected)).toBeLessThan(4 * deviation);
    }
    expect(Object.keys(counts).sort()).toEqual(['blue', 'green', 'red']);
    expect(chooseDeployment({ blue: 0 }, 0.5)).toBeUndefined();
  });
});
