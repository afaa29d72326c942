export type Size = { name: string; family: string; cores: number; gpus: number; memoryGb: number; diskMb: number; /** US dollars for an hour of a dedicated Linux machine. */ price: number; instances: boolean };

const size = (name: string, family: string, cores: number, memoryGb: number, price: number, gpus = 0): Size => ({ name, family, cores, gpus, memoryGb, diskMb: cores * 7168, price, instances: true });

/** A choice of what Azure offers; the prices are of the order of the real ones. */
export const sizes: readonly Size[] = [
  size('Standard_DS1_v2', 'standardDSv2Family', 1, 3.5, 0.07),
  size('Standard_DS2_v2', 'standardDSv2Family', 2, 7, 0.15),
  size('Standard_DS3_v2', 'standardDSv2Family', 4, 14, 0.29),
  size('Standard_DS4_v2', 'standardDSv2Family', 8, 28, 0.58),
  size('Standard_D2_v2', 'standardDv2Family', 2, 7, 0.15),
  size('Standard_D3_v2', 'standardDv2Family', 4, 14, 0.29),
  size('Standard_E4s_v3', 'standardESv3Family', 4, 32, 0.25),
  size('Standard_F4s_v2', 'standardFSv2Family', 4, 8, 0.17),
  size('Standard_NC6', 'standardNCFamily', 6, 56, 0.9, 1),
  size('Standard_NC6s_v3', 'standardNCSv3Family', 6, 112, 3.06, 1),
  size('Standard_NC24s_v3', 'standardNCSv3Family', 24, 448, 12.24, 4),
];

export function sizeNamed(name: string): Size | undefined {
  return sizes.find((each) => each.name.toLowerCase() === name.toLowerCase());
}

export function sizeView({ name, family, cores, gpus, memoryGb, diskMb, price, instances }: Size): unknown {
  const values = [{ retailPrice: price, osType: 'Linux', vmTier: 'Standard' }, { retailPrice: Math.round(price * 200) / 1000, osType: 'Linux', vmTier: 'LowPriority' }, { retailPrice: Math.round(price * 1840) / 1000, osType: 'Windows', vmTier: 'Standard' }];
  return {
    name, family, vCPUs: cores, gpus, osVhdSizeMB: 1_047_552, maxResourceVolumeMB: diskMb, memoryGB: memoryGb, lowPriorityCapable: true, premiumIO: name.includes('S'),
    estimatedVMPrices: { billingCurrency: 'USD', unitOfMeasure: 'OneHour', values }, supportedComputeTypes: instances ? ['AmlCompute', 'ComputeInstance'] : ['AmlCompute'],
  };
}
