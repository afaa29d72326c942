/** What is brought before the command begins. `to` lies below the job's folder; an archive is unpacked there. */
export type ContainerFetch = { name: string; kind: 'archive' | 'file'; hash?: string; to: string };

export type ContainerPlan = {
  /** Made before the command begins; below the job's folder. */
  folders: readonly string[];
  fetches: readonly ContainerFetch[];
  /** Folders below the job's folder whose files are pushed after the end, by the name of the output. */
  outputs: Readonly<Record<string, string>>;
  /** Files below the job's folder that are pushed while they grow, beside stdout and stderr. */
  logs?: Readonly<Record<string, string>>;
};

/** The file `plan`: no secrets, the same for every attempt at fetching. */
export function planText({ folders, fetches, outputs, logs = {} }: ContainerPlan): string {
  const named = (word: string, entries: Readonly<Record<string, string>>): string[] => Object.entries(entries).map(([name, path]) => `${word} ${oneWord(name)} ${relative(path)}`);
  const lines = [
    ...folders.map((folder) => `folder ${relative(folder)}`),
    ...fetches.map(({ name, kind, hash, to }) => `fetch ${oneWord(name)} ${kind} ${hash ?? '-'} ${relative(to)}`),
    ...named('log', logs),
    ...named('output', outputs),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Names of places that the helper itself knows. */
export const ownPlaces = ['claim', 'record', 'stdout', 'stderr', 'outputs', 'outputs-index', 'control', 'urls'] as const;

function oneWord(name: string): string {
  if (/^[A-Za-z0-9_.-]{1,128}$/.test(name)) return name;
  throw new TypeError(`${JSON.stringify(name)} is no name for a place: letters, digits, _, . and -`);
}

function relative(path: string): string {
  const isFine = path !== '' && !/[\n\\]/.test(path) && path === path.trim() && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (isFine) return path;
  throw new TypeError(`${JSON.stringify(path)} is no path below the job's folder that the helper can read`);
}
