import type { Run } from '../table/command.ts';

export const run: Run = async (context) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const { workspace, places, store } = destino;
  const agent = await destino.askAgent({ op: 'hello' });
  const found = { schemaVersion: 1, name: workspace.name, origin: workspace.origin, file: workspace.file, folder: places.folder, incarnation: store.info.incarnation, agent: agent === undefined ? null : { pid: agent.pid, supervised: agent.supervised } };
  if (console.json) {
    console.object(found);
    return;
  }
  console.line(`name    ${workspace.name}${workspace.origin === 'default' ? ' (no destino.yaml was found here or above)' : ''}`);
  if (workspace.file !== undefined) console.line(`file    ${workspace.file}`);
  console.line(`state   ${places.folder}`);
  console.line(`agent   ${agent === undefined ? 'none runs: nothing needs one' : `process ${agent.pid}, looks after ${agent.supervised}`}`);
};
