import { describe, expect, it } from 'vitest';
import { placeAt, sourceFile } from '../text/source-file.ts';
import { readYamlFile } from '../yaml/read-file.ts';
import { redactSource, redactValue, secretWarnings } from './redact.ts';
import { looksSecret, secretReferenceOf } from './secret-name.ts';

const text = `type: amlcompute # kept
name: abc
ssh_settings: {admin_username: u, admin_password: 'hunter,2', ssh_key_value: ssh-rsa AAA}
tags:
  HF_TOKEN: hf_abcdef
  API_KEY: \${{secrets.api}}
  client-secret: |
    line one
    line two
  max_tokens: 512
  MY_PASSWORD: ""
`;

describe('what looks like a secret', () => {
  it('is told by the last word of its key', () => {
    expect(['admin_password', 'HF_TOKEN', 'apiKey', 'client-secret', 'AWS_SECRET_ACCESS_KEY', 'storageAccountKey', 'AZURE_STORAGE_CONNECTION_STRING'].filter(looksSecret).length).toBe(7);
    expect(['tokenizer', 'max_tokens', 'sort_key', 'key', 'KV_SECRET_MULTIPLIER', 'PASSWORD_FILE', 'ssh_public_keys', 'auth_mode'].filter(looksSecret)).toEqual([]);
  });

  it('is warned of at its key, with the command that helps, and never shown', () => {
    const file = sourceFile('c.yml', text);
    const { tree } = readYamlFile(file);
    const warnings = tree === undefined ? [] : secretWarnings(file, tree);
    expect(warnings.map((each) => [each.line, each.severity, each.path])).toEqual([[3, 'warning', 'ssh_settings.admin_password'], [5, 'warning', 'tags.HF_TOKEN'], [7, 'warning', 'tags.client-secret']]);
    expect(warnings[1]?.hint).toBe('destino secret set hf-token, and write ${{secrets.hf-token}} here');
    expect(JSON.stringify(warnings)).not.toMatch(/hunter|hf_abc/);
    expect(placeAt(file, text.indexOf('hunter')).excerpt).not.toContain('hunter');
  });

  it('is hidden in what is stored, with the rest of the file as it was', () => {
    const hidden = redactSource(text);
    expect(hidden).not.toMatch(/hunter|hf_abc|line (one|two)/);
    expect(hidden).toContain('type: amlcompute # kept');
    expect(hidden).toContain('${{secrets.api}}');
    expect(hidden).toContain('max_tokens: 512');
    expect(redactValue({ a: [{ db_password: 'x1y2', n: 1 }], token: '${{secrets.t}}' })).toEqual({ a: [{ db_password: '<redacted>', n: 1 }], token: '${{secrets.t}}' });
  });

  it('is hidden in a file that cannot be parsed', () => {
    expect(redactSource('a: [\nadmin_password: hunter2\n"apiKey": "x y", b: 1\n')).toBe('a: [\nadmin_password: <redacted>\n"apiKey": <redacted>, b: 1\n');
  });

  it('is hidden in a command, unless it is only named there', () => {
    expect(redactSource('command: export API_KEY=abcd1234 && DB_PASSWORD=$PW x --lr=0.1\n')).toBe('command: export API_KEY=<redacted>\n');
    expect(redactSource('command: DB_PASSWORD=$PW x --lr=0.1\n')).toBe('command: DB_PASSWORD=$PW x --lr=0.1\n');
    expect(redactSource('a: {host: x password: hunter2}\n')).toBe('a: {host: x password: <redacted>}\n');
  });

  it('is a reference when that is the whole value', () => {
    expect([secretReferenceOf('${{ secrets.hf-token }}'), secretReferenceOf('x${{secrets.a}}')]).toEqual([{ secret: 'hf-token' }, undefined]);
  });
});
