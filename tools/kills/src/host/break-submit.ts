import { loadMutated } from '@destino/simulate/load-mutated';

/** With `--import`: a host that does not ask what became of a submission under way, and begins anew under another key. */
loadMutated([{ file: 'core/src/engine/decide-job.ts', find: "return { do: 'resolve' };", replace: "return { do: 'begin' };" }]);
