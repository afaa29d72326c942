import { loadMutated } from '@destino/simulate/load-mutated';

/** With `--import`: an engine that drops logs. */
loadMutated([{ file: 'core/src/engine/decide-job.ts', find: "return { do: 'drain' };", replace: "return { do: 'collect' };" }]);
