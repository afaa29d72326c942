import { accessSync, constants, statfsSync } from 'node:fs';
import { isDestinoError } from '@destino/core/errors';
import { isTerminalJobState } from '@destino/core/model';
import { sizeText, type Destino } from '@destino/runtime';
import { exitCodes } from '../exit-code.ts';
import { readVersion } from '../version.ts';
import type { Run } from '../table/command.ts';

type Finding = { ok: boolean; what: string; text: string; fix?: string };

const lowBytes = 2_000_000_000;

/** Looks at everything that jobs here depend on, and says what to do about what is not right. */
export const run: Run = async (context) => {
  const { console } = context;
  const destino = await context.open({ tellPlugins: false });
  const findings = [...machine(destino), ...plugins(destino), await agent(destino), await unsupervised(destino), ...(await targets(destino))];
  for (const finding of findings) {
    if (console.json) console.object({ schemaVersion: 1, ...finding });
    else {
      console.line(`${finding.ok ? console.style('green', '✔') : console.style('red', '✖')} ${finding.what.padEnd(12)}${finding.text}`);
      if (finding.fix !== undefined) console.line(`  do: ${finding.fix}`);
    }
  }
  return findings.every(({ ok }) => ok) ? exitCodes.done : exitCodes.platform;
};

function machine({ places, workspace }: Destino): Finding[] {
  const { bavail, bsize } = statfsSync(places.folder);
  const free = bavail * bsize;
  accessSync(places.folder, constants.W_OK);
  return [
    { ok: true, what: 'destino', text: `${readVersion()} on Node ${process.versions.node}, ${process.platform} ${process.arch}` },
    { ok: true, what: 'workspace', text: `${workspace.name}, state in ${places.folder}` },
    { ok: free >= lowBytes, what: 'disk', text: `${sizeText(free)} free`, ...(free < lowBytes && { fix: 'make room; what Destino keeps: destino prune' }) },
  ];
}

function plugins({ drivers }: Destino): Finding[] {
  return drivers.plugins.map(({ name, version, kinds, condition, error }) => ({
    ok: error === undefined,
    what: 'plugin',
    text: error?.message ?? `${name} ${version ?? ''}, ${condition}: ${kinds.join(', ')}`,
    ...(error?.hint !== undefined && { fix: error.hint }),
  }));
}

async function agent(destino: Destino): Promise<Finding> {
  const answer = await destino.askAgent({ op: 'hello' });
  return { ok: true, what: 'agent', text: answer === undefined ? 'none runs; one starts when work goes on without a terminal' : `process ${answer.pid}, looks after ${answer.supervised}` };
}

/** Unfinished work that no living host looks after, once the moment of reconciling is over. */
async function unsupervised(destino: Destino): Promise<Finding> {
  const { items } = await destino.store.list({ type: 'job', active: true, limit: 1000 });
  const living = new Set((await destino.store.sessions()).map(({ id }) => id));
  const alone = items.filter(({ session, state }) => (session === undefined || !living.has(session)) && !isTerminalJobState(state as Parameters<typeof isTerminalJobState>[0]));
  if (alone.length === 0) return { ok: true, what: 'jobs', text: `${items.length} unfinished, all looked after` };
  return { ok: false, what: 'jobs', text: `${alone.length} unfinished that nobody looks after: ${alone.slice(0, 5).map(({ name }) => name).join(', ')}`, fix: `destino why ${alone[0]?.name ?? ''}` };
}

async function targets(destino: Destino): Promise<Finding[]> {
  await destino.prepareTargets();
  const found = await destino.targets.list();
  return await Promise.all(
    found.map(async ({ name, kind }): Promise<Finding> => {
      try {
        const { health, text } = await destino.targets.probe(name);
        return { ok: health === 'healthy', what: name, text: `${kind}: ${text}`, ...(health !== 'healthy' && { fix: `destino target show ${name}` }) };
      } catch (error) {
        if (!isDestinoError(error)) throw error;
        return { ok: false, what: name, text: `${kind}: ${error.message}`, ...(error.hint !== undefined && { fix: error.hint }) };
      }
    }),
  );
}
