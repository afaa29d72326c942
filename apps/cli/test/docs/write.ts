import { writeFileSync } from 'node:fs';
import { cliPage } from './cli-page.ts';
import { formatsPage } from './formats-page.ts';

/** `npm run docs`: writes the pages that are made from tables. */
writeFileSync(new URL('../../../../docs/cli.md', import.meta.url), cliPage());
writeFileSync(new URL('../../../../docs/formats.md', import.meta.url), formatsPage());
