/** What stands in for an environment where its image cannot run: a Python version and packages, as pip takes them. */
export type Substitute = { name: string; python?: string; requirements: string[] };

const tracking = ['mlflow-skinny', 'azureml-mlflow'];
const science = ['numpy', 'pandas', 'scipy', 'matplotlib', 'joblib', 'psutil', 'tqdm'];

/** The curated environments that the official examples use, by their name without prefix. */
const curated: Readonly<Record<string, Substitute>> = {
  'sklearn-1.5': { name: 'sklearn-1.5', python: '>=3.9', requirements: ['scikit-learn~=1.5.0', ...science, ...tracking] },
  'sklearn-1.1': { name: 'sklearn-1.1', python: '>=3.8,<3.12', requirements: ['scikit-learn~=1.1.0', ...science, ...tracking] },
  'sklearn-1.0': { name: 'sklearn-1.0', python: '>=3.8,<3.11', requirements: ['scikit-learn~=1.0.0', ...science, ...tracking] },
  'lightgbm-3.3': { name: 'lightgbm-3.3', python: '>=3.8', requirements: ['lightgbm~=3.3.0', 'scikit-learn<1.6', ...science, ...tracking] },
  'tensorflow-2.16-cuda12': { name: 'tensorflow-2.16', python: '>=3.9,<3.13', requirements: ['tensorflow~=2.16.0', 'tensorboard', ...science, ...tracking] },
  'tensorflow-2.12-cuda11': { name: 'tensorflow-2.12', python: '>=3.8,<3.12', requirements: ['tensorflow~=2.12.0', 'tensorboard', ...science, ...tracking] },
  'acpt-pytorch-2.8-cuda12.6': { name: 'pytorch-2.8', python: '>=3.9', requirements: ['torch~=2.8.0', 'torchvision', 'tensorboard', ...science, ...tracking] },
};

/** Base images of Azure ML: an operating system with Python, to which a conda file adds the rest. */
const baseImages: readonly (readonly [RegExp, Substitute])[] = [
  [/^mcr\.microsoft\.com\/azureml\/openmpi[\d.]+-(?:cuda[\w.-]+-)?ubuntu(?:18|20|22|24)\.04$/, { name: 'Azure ML base image', requirements: [] }],
  [/^mcr\.microsoft\.com\/azureml\/minimal-py(\d)(\d+)-inference$/, { name: 'Azure ML inference image', requirements: [] }],
  [/^mcr\.microsoft\.com\/azureml\/minimal-ubuntu[\d.]+-py(\d)(\d+)-(?:cpu|cuda[\w.-]+)-inference$/, { name: 'Azure ML inference image', requirements: [] }],
];

/** The name of a curated environment in its three spellings: registry, `AzureML-…`, image. */
export function curatedName(name: string): string {
  return name.replace(/^AzureML-/i, '').toLowerCase();
}

export function curatedSubstitute(name: string): Substitute | undefined {
  const key = curatedName(name);
  return Object.hasOwn(curated, key) ? curated[key] : undefined;
}

/** The image of a curated environment, as Microsoft's registry names it. */
export function curatedImage(name: string, version: string | undefined): string {
  return `mcr.microsoft.com/azureml/curated/${curatedName(name)}:${version ?? 'latest'}`;
}

/** What Destino ships for an image: official Python images, Azure ML's base images, images of curated environments. */
export function imageSubstitute(image: string): Substitute | undefined {
  const { name, tag } = splitImage(image);
  const python = /^(?:docker\.io\/)?(?:library\/)?python$/.exec(name);
  if (python !== null) {
    const version = /^(\d+)(?:\.(\d+))?/.exec(tag);
    return { name: 'Python image', ...(version !== null && { python: version[2] === undefined ? `==${version[1]}.*` : `==${version[1]}.${version[2]}.*` }), requirements: [] };
  }
  const ofCurated = /^mcr\.microsoft\.com\/azureml\/curated\/([\w.-]+)$/.exec(name);
  if (ofCurated !== null) return curatedSubstitute(ofCurated[1] ?? '');
  for (const [pattern, substitute] of baseImages) {
    const match = pattern.exec(name);
    if (match !== null) return { ...substitute, ...(match[2] !== undefined && { python: `==${match[1]}.${match[2]}.*` }) };
  }
  return undefined;
}

/** `registry:5000/name:tag@digest` as its name and tag. */
function splitImage(image: string): { name: string; tag: string } {
  const [named = ''] = image.trim().split('@');
  const match = /^(.*?)(?::([\w.-]+))?$/.exec(named);
  const [name, tag] = [match?.[1] ?? named, match?.[2]];
  return tag?.includes('/') ? { name: named, tag: 'latest' } : { name, tag: tag ?? 'latest' };
}
