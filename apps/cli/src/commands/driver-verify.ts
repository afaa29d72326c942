import type { ConformanceReport } from '@destino/driver-testkit';
import { exitCodes } from '../exit-code.ts';
import { namesOption, textArgument, textOption } from '../given.ts';
import { loadTestkit } from '../load-testkit.ts';
import type { Console } from '../render/console.ts';
import { ownPart, targetPart } from '../verify-part.ts';
import type { Run } from '../table/command.ts';

/** Tries a driver with every check of the conformance kit that its declarations call for, and prints a report. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const kit = await loadTestkit();
  const destino = await context.open();
  const name = textArgument(given, 'name') ?? '';
  const target = textOption(given, 'target');
  const { part, subject } = target === undefined ? await ownPart(destino, kit, name) : await targetPart(destino, kit, name, target);
  console.note(`${subject.driver.kind} is tried on ${part}`);
  const only = namesOption(given, 'only');
  try {
    const report = await kit.runConformance(subject, only === undefined ? {} : { only });
    if (console.json) console.object({ schemaVersion: 1, ...report, part });
    else print(console, report);
    return report.failed === 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    await subject.dispose?.();
  }
};

function print(console: Console, { kind, passed, failed, notRun, checks }: ConformanceReport): void {
  for (const { outcome, id, sentence, message } of checks) {
    console.line(`${outcome === 'passed' ? console.style('green', '✔') : console.style('red', '✖')} ${id}  ${sentence}`);
    if (message !== undefined) console.line(`    ${message}`);
  }
  for (const { id, reason } of notRun) console.line(`- ${id}  not run: ${reason}`);
  console.line(`${kind}: ${passed} passed, ${failed} failed, ${notRun.length} not run`);
}
