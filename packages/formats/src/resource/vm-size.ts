/** What a VM size is made of. Shares of a GPU count as one. */
export type VmSize = { name: string; cores: number; memoryGib: number; gpus: number; gpuModel?: string };

/** `[name with # for the cores, GiB of memory per core, cores of each member]` */
const evenFamilies: readonly (readonly [string, number, readonly number[]])[] = [
  ['A#_v2', 2, [1, 2, 4, 8]],
  ['A#m_v2', 8, [2, 4, 8]],
  ...['D#_v3', 'D#s_v3', 'D#_v4', 'D#s_v4', 'D#d_v4', 'D#ds_v4', 'D#ps_v5', 'D#pds_v5'].map((name) => [name, 4, [2, 4, 8, 16, 32, 48, 64]] as const),
  ...['D#_v5', 'D#s_v5', 'D#d_v5', 'D#ds_v5', 'D#a_v4', 'D#as_v4', 'D#as_v5', 'D#ads_v5', 'D#as_v6', 'D#ads_v6'].map((name) => [name, 4, [2, 4, 8, 16, 32, 48, 64, 96]] as const),
  ...['D#s_v6', 'D#ds_v6'].map((name) => [name, 4, [2, 4, 8, 16, 32, 48, 64, 96, 128]] as const),
  ...['D#ls_v5', 'D#lds_v5'].map((name) => [name, 2, [2, 4, 8, 16, 32, 48, 64, 96]] as const),
  ...['E#_v3', 'E#s_v3', 'E#_v4', 'E#s_v4', 'E#d_v4', 'E#ds_v4'].map((name) => [name, 8, [2, 4, 8, 16, 20, 32, 48]] as const),
  ...['E#_v5', 'E#s_v5', 'E#d_v5', 'E#ds_v5', 'E#a_v4', 'E#as_v4', 'E#as_v5', 'E#ads_v5'].map((name) => [name, 8, [2, 4, 8, 16, 20, 32, 48, 64]] as const),
  ['F#s_v2', 2, [2, 4, 8, 16, 32, 48, 64, 72]],
  ...['F#', 'F#s'].map((name) => [name, 2, [1, 2, 4, 8, 16]] as const),
  ['B#ms', 4, [2, 4, 8, 12, 16, 20]],
  ...['L#s_v2', 'L#s_v3', 'L#as_v3'].map((name) => [name, 8, [8, 16, 32, 48, 64, 80]] as const),
];

/** `name cores memoryGib [gpus model]`, for what follows no rule. */
const others = `
D1_v2 1 3.5; D2_v2 2 7; D3_v2 4 14; D4_v2 8 28; D5_v2 16 56; D11_v2 2 14; D12_v2 4 28; D13_v2 8 56; D14_v2 16 112; D15_v2 20 140;
DS1_v2 1 3.5; DS2_v2 2 7; DS3_v2 4 14; DS4_v2 8 28; DS5_v2 16 56; DS11_v2 2 14; DS12_v2 4 28; DS13_v2 8 56; DS14_v2 16 112; DS15_v2 20 140;
E64_v3 64 432; E64s_v3 64 432; E64_v4 64 504; E64s_v4 64 504; E64d_v4 64 504; E64ds_v4 64 504; E96_v5 96 672; E96s_v5 96 672; E96ds_v5 96 672; E96as_v4 96 672; E96as_v5 96 672;
B1ls 1 0.5; B1s 1 1; B1ms 1 2; B2s 2 4;
M8ms 8 218.75; M16ms 16 437.5; M32ts 32 192; M32ls 32 256; M32ms 32 875; M64ls 64 512; M64s 64 1024; M64ms 64 1792; M128s 128 2048; M128ms 128 3892;
HB60rs 60 228; HB120rs_v2 120 456; HB120rs_v3 120 448; HB176rs_v4 176 768; HC44rs 44 352;
NC6 6 56 1 K80; NC12 12 112 2 K80; NC24 24 224 4 K80; NC24r 24 224 4 K80;
NC6s_v2 6 112 1 P100; NC12s_v2 12 224 2 P100; NC24s_v2 24 448 4 P100; NC24rs_v2 24 448 4 P100;
NC6s_v3 6 112 1 V100; NC12s_v3 12 224 2 V100; NC24s_v3 24 448 4 V100; NC24rs_v3 24 448 4 V100;
NC4as_T4_v3 4 28 1 T4; NC8as_T4_v3 8 56 1 T4; NC16as_T4_v3 16 110 1 T4; NC64as_T4_v3 64 440 4 T4;
NC24ads_A100_v4 24 220 1 A100; NC48ads_A100_v4 48 440 2 A100; NC96ads_A100_v4 96 880 4 A100;
NC40ads_H100_v5 40 320 1 H100; NC80adis_H100_v5 80 640 2 H100;
ND6s 6 112 1 P40; ND12s 12 224 2 P40; ND24s 24 448 4 P40; ND24rs 24 448 4 P40; ND40rs_v2 40 672 8 V100;
ND96asr_v4 96 900 8 A100; ND96amsr_A100_v4 96 1900 8 A100; ND96isr_H100_v5 96 1900 8 H100; ND96isr_H200_v5 96 1850 8 H200;
NV6 6 56 1 M60; NV12 12 112 2 M60; NV24 24 224 4 M60; NV12s_v3 12 112 1 M60; NV24s_v3 24 224 2 M60; NV48s_v3 48 448 4 M60;
NV6ads_A10_v5 6 55 1 A10; NV12ads_A10_v5 12 110 1 A10; NV18ads_A10_v5 18 220 1 A10; NV36ads_A10_v5 36 440 1 A10; NV36adms_A10_v5 36 880 1 A10; NV72ads_A10_v5 72 880 2 A10
`;

function* allSizes(): Generator<VmSize> {
  for (const [pattern, perCore, sizes] of evenFamilies) {
    for (const cores of sizes) yield { name: `Standard_${pattern.replace('#', String(cores))}`, cores, memoryGib: cores * perCore, gpus: 0 };
  }
  for (const entry of others.split(';')) {
    const [name, cores, memory, gpus, gpuModel] = entry.trim().split(' ');
    yield { name: `Standard_${name}`, cores: Number(cores), memoryGib: Number(memory), gpus: Number(gpus ?? 0), ...(gpuModel !== undefined && { gpuModel }) };
  }
}

/** All sizes that are known by name. */
export const vmSizes: readonly VmSize[] = Object.freeze([...allSizes()]);
const byName = new Map(vmSizes.map((size) => [size.name.toLowerCase(), size]));

/** The size of that name, in any case: `STANDARD_DS3_v2` and `Standard_DS3_v2` are the same. */
export function vmSizeOf(name: string): VmSize | undefined {
  return byName.get(name.trim().toLowerCase());
}
