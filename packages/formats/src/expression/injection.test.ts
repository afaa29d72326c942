import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { renderCommand } from './render-command.ts';

/** The same cases on every run: what new ones find belongs into a test of its own. */
fc.configureGlobal({ seed: 20_261_123 });

const shells = ['/bin/sh', '/bin/bash'].filter((path) => existsSync(path));
const folder = mkdtempSync(join(tmpdir(), 'destino-injection-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Pieces of shell text that open, close and disguise every kind of quoting; most mixtures are no valid command. */
const fragments = [
  'echo ', '"', '"', "'", "'", '$(echo ', ')', '`', '# ', '#', '\n', ' ', ';', 'cat <<EOF\n', "cat <<'E'\n", 'cat <<-\tEOF\n', '\nEOF\n', '\nE\n', '${x:-', '}', '\\', "$'", '$', 'a', '<<<', '$((1', '))', '((',
  'case x in x) ', ';; esac', ' <<EOF', '|', '&&', '{', '[[ ', ' ]]', '$[', '\t', '=', '~',
];
const place = '${{inputs.x}}';
const template = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fragments) }, { weight: 1, arbitrary: fc.constant(place) }), { minLength: 1, maxLength: 14 }).map((parts) => parts.join('') + place);

const marker = 'destino_was_here';
/** A redirection: as an argument it is only a word, which also the first word of a command may be. */
const act = `>${marker}`;
const attacks = [`'; ${act}; '`, `"; ${act}; "`, `$(${act})`, `\`${act}\``, `\n${act}\n`, `; ${act} #`, `) ; ${act}; (`, `} ; ${act} ; {`, `\nEOF\n${act}\n`, `\nE\n${act}\n`, `\\"; ${act}; \\"`, `' $(${act}) '`, `\${x:-$(${act})}`, `| ${act}`, `& ${act} &`, `\\\n${act}`, ` #'\n${act}`, `"'; ${act}; '"`, `(${act})`, `{${act};}`, `\\\`${act}\\\``];

describe.each(shells)('a value in a command run by %s', (shell) => {
  it('never becomes a command of its own, however the command around it is quoted', () => {
    let run = 0;
    fc.assert(
      fc.property(template, fc.constantFrom(...attacks), (command, attack) => {
        const { parts, faults } = renderCommand(command, { inputs: new Map([['x', { literal: attack }]]), outputs: new Set() });
        if (faults.length > 0) return;
        run += 1;
        spawnSync(shell, ['-c', parts.filter((part) => typeof part === 'string').join('')], { cwd: folder, stdio: 'ignore', timeout: 10_000, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } });
        const done = existsSync(join(folder, marker));
        rmSync(join(folder, marker), { force: true });
        expect(done).toBe(false);
      }),
      { numRuns: 250 },
    );
    expect(run).toBeGreaterThan(40);
  });
});
