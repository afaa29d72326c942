import { describe, expect, it } from 'vitest';
import { cores, memoryBytes, shmBytes } from './amount.ts';
import { describeInstanceType, parseInstanceType } from './instance-type.ts';
import { vmSizeOf, vmSizes } from './vm-size.ts';

describe('VM sizes', () => {
  it('are known by name in any case', () => {
    expect(vmSizeOf('STANDARD_DS3_v2')).toEqual({ name: 'Standard_DS3_v2', cores: 4, memoryGib: 14, gpus: 0 });
    expect(vmSizeOf('STANDARD_NC4AS_T4_V3')).toMatchObject({ cores: 4, memoryGib: 28, gpus: 1, gpuModel: 'T4' });
    expect(vmSizeOf('Standard_F2s_v2')).toMatchObject({ cores: 2, memoryGib: 4 });
    expect(vmSizeOf('Standard_D96as_v5')).toMatchObject({ cores: 96, memoryGib: 384 });
  });

  it('stand in the table once each, with numbers that make sense', () => {
    expect(new Set(vmSizes.map((size) => size.name.toLowerCase())).size).toBe(vmSizes.length);
    expect(vmSizes.length).toBeGreaterThan(250);
    for (const size of vmSizes) {
      const perCore = size.memoryGib / size.cores;
      expect([size.name, perCore >= 0.5 && perCore <= 32, size.gpus > 0]).toEqual([size.name, true, size.gpuModel !== undefined]);
    }
  });
});

describe('instance types', () => {
  it('are sizes, amounts or names', () => {
    expect(parseInstanceType('Standard_NC24ads_A100_v4')).toMatchObject({ form: 'size', cores: 24, gpus: 1, gpuModel: 'A100', memoryBytes: 220 * 2 ** 30 });
    expect(parseInstanceType('cpu=4, memory=16Gi,gpu=2:A100')).toEqual({ form: 'amounts', instanceType: 'cpu=4, memory=16Gi,gpu=2:A100', cores: 4, memoryBytes: 16 * 2 ** 30, gpus: 2, gpuModel: 'A100' });
    expect(parseInstanceType('defaultinstancetype')).toEqual({ form: 'named', instanceType: 'defaultinstancetype' });
  });

  it('that are none of these say what is wrong', () => {
    expect(parseInstanceType('Standard_DS3v2')).toEqual({ problem: '"Standard_DS3v2" is no VM size that Destino knows, did you mean "Standard_DS3_v2"?' });
    expect(parseInstanceType('cpus=4')).toMatchObject({ problem: expect.stringContaining('did you mean "cpu"?') as string });
    expect(parseInstanceType('cpu=4,memory=lots')).toMatchObject({ problem: expect.stringContaining('"lots" is no amount of memory') as string });
    expect(parseInstanceType('a b')).toHaveProperty('problem');
  });

  it('are told in one line', () => {
    const type = parseInstanceType('Standard_NC4as_T4_v3');
    expect('problem' in type ? '' : describeInstanceType(type)).toBe('4 cores, 28 GiB, 1 × T4');
  });
});

describe('amounts', () => {
  it('of memory are read as Kubernetes reads them, of shared memory as Docker does', () => {
    expect(['16Gi', '200Mi', '1G', '1.5Gi', '1024', '2GB', 'x', '-1Gi', '0'].map(memoryBytes)).toEqual([16 * 2 ** 30, 200 * 2 ** 20, 1e9, 1.5 * 2 ** 30, 1024, 2e9, undefined, undefined, undefined]);
    expect(['2g', '512m', '64M', '1024', '1k', '2gb', '2x', ''].map(shmBytes)).toEqual([2 * 2 ** 30, 512 * 2 ** 20, 64 * 2 ** 20, 1024, 1024, 2 * 2 ** 30, undefined, undefined]);
    expect(['4', '0.5', '500m', '0', 'x'].map(cores)).toEqual([4, 0.5, 0.5, undefined, undefined]);
  });
});
