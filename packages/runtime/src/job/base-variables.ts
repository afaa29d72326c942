import type { Variables } from '../workspace/places.ts';

const names = [
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'TERM',
  'VIRTUAL_ENV', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV',
  'CUDA_HOME', 'CUDA_PATH', 'CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH',
  'SSL_CERT_FILE', 'SSL_CERT_DIR', 'XDG_CACHE_HOME',
] as const;
const prefixes = ['LC_', 'NVIDIA_', 'ROCM_', 'OMP_'] as const;

/**
 * What a job on the submitter's own machine gets of the submitter's environment, taken at submission. Nothing else is
 * stored or passed on: an environment is full of what is nobody else's business.
 */
export function baseVariables(variables: Variables): Record<string, string> {
  const wanted = Object.keys(variables).filter((name) => (names as readonly string[]).includes(name) || prefixes.some((prefix) => name.startsWith(prefix)));
  return Object.fromEntries(wanted.sort().flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])));
}
