import { describe, expect, it } from 'vitest';
import { sourceFile } from '../text/source-file.ts';
import { fillTemplate } from './template.ts';

const fill = (text: string, variables: Record<string, string> = {}) => fillTemplate(sourceFile('d.yml', text), variables);

describe('templates', () => {
  it('are filled before parsing, in every place of a name', () => {
    const { file, problems } = fill('name: {{ N }}\nimage: {{ACR}}.azurecr.io/{{N}}:1\n', { N: 'blue', ACR: 'acme' });
    expect([file.text, problems]).toEqual(['name: blue\nimage: acme.azurecr.io/blue:1\n', []]);
  });

  it('tell what is not filled in, all in one problem at the first', () => {
    expect(fill('a: 1\nname: {{N}}\nx: {{M}} {{N}}\n').problems).toMatchObject([
      { code: 'template', line: 2, column: 7, message: 'this file is a template; not filled in: N, M', hint: 'give --var N=VALUE --var M=VALUE' },
    ]);
  });

  it('leave the expressions of Azure, what only looks alike, and comments alone', () => {
    const text = "# {{HINT}}\ncommand: echo ${{inputs.x}} ${{ inputs.y }} '{{.Names}}' {{{x}}}\n";
    expect(fill(text)).toMatchObject({ file: { text }, problems: [] });
  });

  it('tell a variable that fills nothing, and one with a line break', () => {
    const told = fill('name: {{NAME}}\n', { NMAE: 'x', NAME: 'a\nb' }).problems.map((each) => each.message);
    expect(told).toEqual(['--var NMAE fills nothing in d.yml, did you mean "NAME"?', '--var NAME holds a line break; a value stands on one line']);
  });
});
