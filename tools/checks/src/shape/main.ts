import { repositoryRoot } from '@destino/repository';
import { checkRepository } from './check-repository.ts';
import { fixRepository } from './fix-repository.ts';

if (process.argv.includes('--fix')) fixRepository(repositoryRoot);
const problems = checkRepository(repositoryRoot);
for (const { file, message } of problems) console.error(`${file}: ${message}`);
console.log(`shape: ${problems.length} problems`);
if (problems.length > 0) console.error('what follows from the packages alone is written by: npm run shape -- --fix');
process.exitCode = problems.length === 0 ? 0 : 1;
