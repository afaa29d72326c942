import { describe, expect, it } from 'vitest';
import { pendingReason } from './reasons.ts';

describe('reasons of waiting jobs', () => {
  it.each([
    ['Resources', 'resources', 'it is next'],
    ['Priority', 'priority', 'higher priority'],
    ['QOSMaxCpuPerUserLimit', 'qos-max-cpu-per-user-limit', 'the limit of cores for one user of the QOS is reached'],
    ['QOSMaxGRESPerUser', 'qos-max-gres-per-user', 'graphics processors'],
    ['QOSGrpNodeLimit', 'qos-grp-node-limit', 'the limit of nodes of the QOS is reached'],
    ['QOSMaxMemoryPerJob', 'qos-max-memory-per-job', 'it asks for more memory than the QOS allows'],
    ['AssocGrpCPUMinutesLimit', 'assoc-grp-cpu-minutes-limit', 'the limit of cores over time of the account'],
    ['AssocMaxJobsLimit', 'assoc-max-jobs-limit', 'the limit of jobs of the account'],
    ['ReqNodeNotAvail, UnavailableNodes:n3', 'req-node-not-avail', 'down, drained or reserved'],
    ['(None)', 'none', 'has not looked'],
    ['', 'none', 'has not looked'],
    ['SomethingNew', 'something-new', 'Slurm lets it wait (Slurm: SomethingNew)'],
  ])('%s is %s', (said, code, text) => {
    const reason = pendingReason(said, '7');
    expect(reason.code).toBe(code);
    expect(reason.text).toContain(text);
  });

  it('tell when Slurm expects the job to begin, and the command that ends a hold', () => {
    expect(pendingReason('Resources', '7', '2026-11-23T23:00:00+0000').text).toContain('begin at 2026-11-23T23:00:00+0000');
    expect(pendingReason('JobHeldUser', '7').fix).toBe('scontrol release 7');
  });
});
