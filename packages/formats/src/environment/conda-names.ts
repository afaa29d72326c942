/** Packages whose name on PyPI differs from conda's. */
export const pypiNames: Readonly<Record<string, string>> = {
  pytorch: 'torch',
  'pytorch-cpu': 'torch',
  'pytorch-gpu': 'torch',
  'tensorflow-gpu': 'tensorflow',
  'tensorflow-base': 'tensorflow',
  'py-xgboost': 'xgboost',
  'py-xgboost-cpu': 'xgboost',
  'py-xgboost-gpu': 'xgboost',
  opencv: 'opencv-python-headless',
  'py-opencv': 'opencv-python-headless',
  'matplotlib-base': 'matplotlib',
  'dask-core': 'dask',
  'ray-core': 'ray',
  'ray-default': 'ray[default]',
  'msgpack-python': 'msgpack',
  ruamel_yaml: 'ruamel.yaml',
  importlib_metadata: 'importlib-metadata',
  typing_extensions: 'typing-extensions',
  prompt_toolkit: 'prompt-toolkit',
  'python-graphviz': 'graphviz',
  'pytables': 'tables',
  'snappy-python': 'python-snappy',
  huggingface_hub: 'huggingface-hub',
  jupyter_core: 'jupyter-core',
  jupyter_client: 'jupyter-client',
  'astropy-base': 'astropy',
  pyqt: 'PyQt5',
  psycopg2: 'psycopg2-binary',
  'brotli-python': 'brotli',
};

/** What conda brings and no Python package index does; a virtual environment cannot hold it. */
const native = [
  /^(lib|r-|bioconductor-|gcc|gxx|gfortran|clang|cuda|cudatoolkit|cudnn|nccl|mkl|openblas|openmpi|mpich|openjdk|nodejs|make|cmake|git|curl|wget|ffmpeg|perl|ruby|go$|rust|tar$|zlib|openssl|ca-certificates|readline|sqlite$|tk$|xz$|bzip2|ncurses|blas|intel-openmp|pytorch-cuda|pytorch-mutex|cpuonly|sysroot|compilers?$|binutils|pandoc|graphviz$|unixodbc|postgresql|redis$)/,
];

/** The name on PyPI, or undefined for what is no Python package. */
export function pypiName(condaName: string): string | undefined {
  const name = condaName.toLowerCase();
  if (Object.hasOwn(pypiNames, name)) return pypiNames[name];
  return native.some((pattern) => pattern.test(name)) ? undefined : condaName;
}
