import { describe, expect, it } from 'vitest';
import { allChecks } from '../checks/all-checks.ts';
import { runCheck } from '../conformance/run-conformance.ts';
import { createFakeSubject } from '../fake-driver/fake-subject.ts';
import { edgeMutants, stageMutants, targetEdgeMutants } from './edge-mutants.ts';
import { jobMutants } from './job-mutants.ts';
import { logMutants } from './log-mutants.ts';
import type { Mutant } from './mutant.ts';
import { ownershipMutants } from './ownership-mutants.ts';
import { serviceMutants } from './service-mutants.ts';
import { staticMutants } from './static-mutants.ts';

const mutants: readonly Mutant[] = [...staticMutants, ...jobMutants, ...logMutants, ...ownershipMutants, ...serviceMutants, ...edgeMutants, ...stageMutants, ...targetEdgeMutants];

describe('every check sees a driver that breaks its rule', () => {
  for (const { breaks, how, subject } of mutants) {
    it(`${breaks}: a driver that ${how}`, async () => {
      const check = allChecks.find(({ id }) => id === breaks);
      if (check === undefined) throw new Error(`there is no check '${breaks}'`);
      const result = await runCheck(check, createFakeSubject(subject()));
      expect(result.outcome, result.sentence).toBe('failed');
    });
  }

  it('has a broken driver for every check', () => {
    const broken = new Set(mutants.map(({ breaks }) => breaks));
    expect(allChecks.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
  });

  it('tries every one of the fourteen semantics', () => {
    const tried = new Set(allChecks.map(({ semantic }) => semantic));
    expect(Array.from({ length: 14 }, (_, index) => index + 1).filter((semantic) => !tried.has(semantic as 1))).toEqual([]);
  });

  it('names no check twice', () => {
    expect(new Set(allChecks.map(({ id }) => id)).size).toBe(allChecks.length);
  });
});
