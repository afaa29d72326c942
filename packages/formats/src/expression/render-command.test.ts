import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCommand, type CommandScope } from './render-command.ts';

/** The same cases on every run: what new ones find belongs into a test of its own. */
fc.configureGlobal({ seed: 20_261_123 });

const shells = ['/bin/sh', '/bin/bash'].filter((path) => existsSync(path));

/** Runs the command in a shell, with its paths rendered as `/data/NAME with blank` is by a driver. */
function run(shell: string, command: string, inputs: Record<string, string>): string {
  const scope: CommandScope = { inputs: new Map(Object.entries(inputs).map(([name, literal]) => [name, { literal }])), outputs: new Set() };
  const { parts, faults } = renderCommand(command, scope);
  expect(faults).toEqual([]);
  return execFileSync(shell, ['-c', parts.filter((part) => typeof part === 'string').join('')], { encoding: 'utf8', cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
}

const hostile = fc
  .array(fc.oneof(fc.constantFrom("'", '"', '\\', '$', '`', '$(echo hi)', '`id`', '*', '?', '[a-z]', '~', '#', ';', '|', '&', '<', '>', '(', ')', '{a,b}', '!', '${HOME}', '=', 'ü', '漢', '%s', '-n', ' ', '\t', 'x', '7', '^'), fc.string({ minLength: 1, maxLength: 3 })), { maxLength: 8 })
  .map((parts) => parts.filter((part) => typeof part === 'string').join('').replaceAll('\0', ''));
const line = hostile.map((text) => text.replaceAll(/[\r\n]/g, ''));
const words = (text: string) => text.split(/[ \t\n]+/).filter((word) => word !== '');

describe.each(shells)('literals in a command run by %s', (shell) => {
  const runs = { numRuns: 40 };

  it('outside quotes are words cut at blanks, each as written', () => {
    fc.assert(fc.property(hostile, (x) => {
      expect(run(shell, "printf '<%s>\\n' start ${{inputs.x}} end", { x })).toBe(['start', ...words(x), 'end'].map((word) => `<${word}>\n`).join(''));
    }), runs);
  });

  it('inside quotes of any kind are one word as written', () => {
    fc.assert(fc.property(hostile, (x) => {
      const command = `printf '<%s>\\n' "\${{inputs.x}}" 'a\${{inputs.x}}b' "$(printf '%s.' "\${{inputs.x}}")"`;
      expect(run(shell, command, { x })).toBe(`<${x}>\n<a${x}b>\n<${x}.>\n`);
    }), runs);
  });

  it('inside substitutions and backticks are what they are', () => {
    fc.assert(fc.property(line.filter((text) => !/\s$/.test(text)), (x) => {
      const command = "printf '<%s>\\n' \"$(printf '%s' \"${{inputs.x}}\")\" `printf '%s' \"${{inputs.x}}\" >/dev/null; echo done` \"$(printf '%s' '${{inputs.x}}')\"";
      expect(run(shell, command, { x })).toBe(`<${x}>\n<done>\n<${x}>\n`);
    }), runs);
  });

  it('inside here-documents and after comments change nothing else', () => {
    fc.assert(fc.property(line, (x) => {
      const command = "# it's ${{inputs.x}} \"\ncat <<EOF\nit's ${{inputs.x}}.\nEOF\ncat <<'EOF' # '\n${{inputs.x}}.\nEOF\nprintf '%s\\n' '${{inputs.x}}'";
      expect(run(shell, command, { x })).toBe(`it's ${x}.\n${x}.\n${x}\n`);
    }), runs);
  });
});

describe.runIf(existsSync('/bin/bash'))('what only bash has', () => {
  it("takes values inside $'…' as written", () => {
    fc.assert(fc.property(line, (x) => {
      expect(run('/bin/bash', "printf '%s' $'a\\t${{inputs.x}}\\'b'", { x })).toBe(`a\t${x}'b`);
    }), { numRuns: 40 });
  });

  it('takes values in arithmetic and after <<<', () => {
    expect(run('/bin/bash', 'echo $((${{inputs.n}} << 2)); cat <<<"${{inputs.n}}"', { n: '3' })).toBe('12\n3\n');
  });
});

const scope: CommandScope = { inputs: new Map<string, { literal: string } | 'data' | 'absent'>([['lr', { literal: '0.1' }], ['data', 'data'], ['none', 'absent'], ['eof', { literal: 'EOF' }]]), outputs: new Set(['model']) };
const parts = (command: string) => renderCommand(command, scope).parts;
const faults = (command: string) => renderCommand(command, scope).faults.map((fault) => `${fault.at}: ${fault.message}`);

describe('places of a command', () => {
  it('are left to the driver with the quotes they stand in', () => {
    expect(parts(`ls \${{inputs.data}}/a "--csv: \${{inputs.data}}" '\${{ outputs.model }}' --lr \${{inputs.lr}}`)).toEqual([
      'ls ', { input: 'data', quote: 'bare' }, '/a "--csv: ', { input: 'data', quote: 'double' }, "\" '", { output: 'model', quote: 'single' }, "' --lr 0.1",
    ]);
  });

  it('leave an odd kind of quotes first', () => {
    expect(parts("echo $'${{inputs.data}}'")).toEqual(["echo $''", { input: 'data', quote: 'bare' }, "$''"]);
    expect(parts('ls # ${{inputs.data}}\nls')).toEqual(['ls # \nls']);
  });

  it('drop what is optional and absent, and keep what is there', () => {
    expect(parts('run $[[--a ${{inputs.none}}]] $[[--lr ${{inputs.lr}}]]')).toEqual(['run  --lr 0.1']);
  });
});

describe('faults of a command', () => {
  it.each([
    ['run ${{inputs.rl}}', '4: the job has no input "rl", did you mean "lr"?'],
    ['run ${{outputs.modle}}', '4: the job has no output "modle", did you mean "model"?'],
    ['run ${{inputs.none}}', '4: the input "none" has no value'],
    ['run ${{secrets.KEY}}', '4: a secret cannot stand in a command, where others could read it'],
    ['run ${{parent.inputs.x}}', '4: ${{parent.inputs.x}} has a meaning only in a step of a pipeline'],
    ['run ${{lr}}', '4: ${{lr}} names nothing'],
    ['run ${{inputs.lr', '4: ${{ is not closed by }}'],
    ['run ${{a b}}', '4: ${{a b}} is no expression'],
    ['run $[[--lr ${{inputs.lr}}', '4: $[[ is not closed by ]]'],
    ['echo \\${{inputs.lr}}', '6: ${{inputs.lr}} cannot be put here safely: a backslash stands right before it'],
    ['echo "$${{inputs.lr}}"', '7: ${{inputs.lr}} cannot be put here safely: a $ stands right before it'],
    ['echo "$(case a in a) echo ${{inputs.lr}};; esac)"', '26: ${{inputs.lr}} cannot be put here safely: it stands in a $(…) that holds a case'],
    ['echo "${x:-${{inputs.lr}}}"', '11: ${{inputs.lr}} cannot be put here safely: it stands in ${…} of the shell'],
    ['echo `echo \\`id\\` ${{inputs.lr}}`', '18: ${{inputs.lr}} cannot be put here safely: a backslash stands in the backticks before it'],
    ['cat <<${{inputs.lr}}', '6: ${{inputs.lr}} cannot be put here safely: it stands where a here-document is named'],
    ['echo "`echo ${{inputs.lr}}`"', '12: ${{inputs.lr}} cannot be put here safely: it stands in backticks within double quotes'],
    ['cat <<EOF\n${{inputs.eof}}\nrm -rf /\nEOF\n', '10: ${{inputs.eof}} cannot be put here safely: its value ends what it stands in'],
  ])('%j is refused', (command, told) => {
    expect(faults(command)).toContain(told);
  });

  it('warn of an optional part that names no input', () => {
    expect(renderCommand('run $[[inputs.lr]]', scope).warnings).toMatchObject([{ message: '$[[inputs.lr]] names no input' }]);
  });
});
