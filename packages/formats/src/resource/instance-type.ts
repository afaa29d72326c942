import { didYouMean } from '../text/nearest.ts';
import { cores, memoryBytes } from './amount.ts';
import { vmSizeOf, vmSizes } from './vm-size.ts';

/** What an `instance_type` asks for. A named type of the target says nothing but its name. */
export type InstanceType = {
  instanceType: string;
  cores?: number;
  memoryBytes?: number;
  gpus?: number;
  gpuModel?: string;
  /** `size` is a VM size of our table, `amounts` is `cpu=…`, `named` is known to the target only. */
  form: 'size' | 'amounts' | 'named';
};

/** Reads a VM size, `cpu=4,memory=16Gi,gpu=1:A100`, or the name of a type; answers a sentence when it is none of these. */
export function parseInstanceType(text: string): InstanceType | { problem: string } {
  const instanceType = text.trim();
  if (instanceType.includes('=')) return amounts(instanceType);
  const size = vmSizeOf(instanceType);
  if (size !== undefined) {
    const { name, memoryGib, ...rest } = size;
    return { form: 'size', instanceType: name, memoryBytes: memoryGib * 2 ** 30, ...rest };
  }
  if (/^(standard|basic)_/i.test(instanceType)) {
    return { problem: `"${instanceType}" is no VM size that Destino knows${didYouMean(instanceType, vmSizes.map((each) => each.name))}` };
  }
  return /^[\w.-]+$/.test(instanceType) ? { form: 'named', instanceType } : { problem: `"${instanceType}" is neither a VM size nor the name of an instance type` };
}

const names = ['cpu', 'memory', 'gpu'];

function amounts(text: string): InstanceType | { problem: string } {
  const wanted: InstanceType = { form: 'amounts', instanceType: text };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((each) => each.trim());
    const found = name === 'cpu' ? { cores: cores(value) } : name === 'memory' ? { memoryBytes: memoryBytes(value) } : name === 'gpu' ? gpu(value) : undefined;
    if (found === undefined) return { problem: `"${name}" is no amount${didYouMean(name, names)}; an instance type is written cpu=4,memory=16Gi,gpu=1:A100` };
    if (Object.values(found).some((each) => each === undefined)) return { problem: `"${value}" is no amount of ${name}; an instance type is written cpu=4,memory=16Gi,gpu=1:A100` };
    Object.assign(wanted, found);
  }
  return wanted;
}

function gpu(text: string): { gpus: number | undefined; gpuModel?: string } {
  const match = /^(\d+)(?::([\w.-]+))?$/.exec(text);
  return { gpus: match === null ? undefined : Number(match[1]), ...(match?.[2] !== undefined && { gpuModel: match[2] }) };
}

/** One line for a note: `4 cores, 14 GiB, 1 × T4`. */
export function describeInstanceType(type: InstanceType): string {
  const parts = [
    type.cores === undefined ? undefined : `${type.cores} core${type.cores === 1 ? '' : 's'}`,
    type.memoryBytes === undefined ? undefined : `${Math.round((type.memoryBytes / 2 ** 30) * 100) / 100} GiB`,
    type.gpus ? `${type.gpus} × ${type.gpuModel ?? 'GPU'}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
