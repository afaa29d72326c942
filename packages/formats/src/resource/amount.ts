const kubernetesUnits: Readonly<Record<string, number>> = {
  '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40,
};

/** Bytes of an amount as Kubernetes writes it (`16Gi`, `200Mi`, `1G`, a plain number of bytes), also with a B behind. */
export function memoryBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kKMGT]i?)?B?$/.exec(text.trim());
  const unit = kubernetesUnits[match?.[2] ?? ''];
  if (match === null || unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** Cores of an amount: `4`, `0.5` or `500m`. */
export function cores(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text.trim());
  if (match === null) return undefined;
  const value = Number(match[1]) / (match[2] === 'm' ? 1000 : 1);
  return value > 0 ? value : undefined;
}

/** Bytes of a `shm_size`: a number and b, k, m or g (powers of 1024, as Docker reads them); without a letter bytes. */
export function shmBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmg]?)b?$/i.exec(text.trim());
  if (match === null) return undefined;
  const bytes = Math.round(Number(match[1]) * 1024 ** ['b', 'k', 'm', 'g'].indexOf(match[2]?.toLowerCase() || 'b'));
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
