import { describe, expect, it } from 'vitest';
import { buildFailure } from './build-failure.ts';
import { recipeOf } from './recipe.ts';

const dockerfile = '# comment\nFROM base:1\n\nRUN echo fine\nRUN pip install \\\n  no-such-package\n';

describe('a failed build', () => {
  it('is told with the failing line of a classic engine', () => {
    const lines = ['Step 1/3 : FROM base:1', ' ---> 123', 'Step 3/3 : RUN pip install   no-such-package', ' ---> Running in 9', 'ERROR: No matching distribution found for no-such-package', "The command '/bin/sh -c pip' returned a non-zero code: 1"];
    expect(buildFailure({ lines, dockerfile, file: 'env/Dockerfile' })).toMatchObject({ code: 'rejected', message: expect.stringMatching(/^env\/Dockerfile:5: .*no-such-package.*No matching distribution/), details: { line: 5 } });
  });

  it('is told with the failing line of BuildKit', () => {
    const lines = ['#5 [2/3] RUN echo fine', '#6 ERROR: process did not complete', '------', ' > [3/3] RUN pip install no-such-package:', ' => ERROR [3/3] RUN pip install no-such-package:'];
    expect(buildFailure({ lines, dockerfile, file: 'Dockerfile' }).message).toMatch(/^Dockerfile:5: /);
  });
});

describe('a recipe', () => {
  const image = { kind: 'image' as const, image: 'base:1' };

  it('takes an image as it is, and builds one for a conda file, for packages, for a folder', () => {
    expect(recipeOf(image)).toEqual({ kind: 'as-is', image: 'base:1' });
    expect(recipeOf({ ...image, condaFile: 'dependencies: [x]' })).toMatchObject({ kind: 'build', dockerfile: expect.stringContaining('FROM base:1\n') });
    expect(recipeOf({ kind: 'venv', hash: 'h', requirements: ['numpy==2'], python: '==3.11.*' })).toMatchObject({ dockerfile: expect.stringContaining('FROM python:3.11-slim'), files: { 'requirements.txt': 'numpy==2\n' } });
    expect(recipeOf({ kind: 'build', snapshot: 's', dockerfile: 'Dockerfile' })).toMatchObject({ snapshot: 's' });
  });

  it('has one tag for equal content and another for any difference', () => {
    const tag = (condaFile: string): string => {
      const recipe = recipeOf({ ...image, condaFile });
      return recipe.kind === 'build' ? recipe.tag : '';
    };
    expect(tag('a')).toBe(tag('a'));
    expect(tag('a')).not.toBe(tag('b'));
  });

  it('lets no image reference bring a further instruction', () => {
    expect(() => recipeOf({ ...image, image: 'x\nRUN evil', condaFile: 'a' })).toThrow('no reference');
  });
});
