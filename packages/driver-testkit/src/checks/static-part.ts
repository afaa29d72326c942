import { z } from 'zod';
import { capabilityNames, capabilityNeeds, contractVersion, traitsSchema } from '@destino/core/driver';
import { jobSpecSchema, problemSchema, type JobSpecInput } from '@destino/core/model';
import { equal, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';

const facetOf = { attach: 'attachment', provision: 'provisioning', power: 'power', nodes: 'nodes', jobs: 'jobs', services: 'services', owned: 'owned' } as const;

/** Jobs that want one thing each that a kind may lack. */
const demanding: JobSpecInput[] = [
  { name: 'wide', command: ['true'], resources: { nodes: 2 } },
  { name: 'gpu', command: ['true'], resources: { gpus: 1 } },
  { name: 'image', command: ['true'], environment: { kind: 'image', image: 'debian' } },
  { name: 'venv', command: ['true'], environment: { kind: 'venv', hash: 'h', requirements: [] } },
  { name: 'secret', command: ['true'], secrets: { TOKEN: { secret: 'token' } } },
];

/** What can be read of a driver without opening a target. */
export const staticChecks: readonly Check[] = [
  {
    id: 'static.identity',
    sentence: "The driver has an id in kebab-case and speaks this contract's version.",
    semantic: 'static',
    run: async ({ subject: { driver } }) => {
      that(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(driver.kind), `the kind '${driver.kind}' is not kebab-case`);
      equal(driver.contract, contractVersion, 'contract');
      that(Object.isFrozen(driver), 'the driver is not frozen: export what defineDriver gives');
    },
  },
  {
    id: 'static.answers',
    sentence: 'Every capability is answered, and one that is lacking has a reason in words.',
    semantic: 'static',
    run: async ({ subject: { driver } }) => {
      for (const name of capabilityNames) {
        const answer = driver.capabilities[name];
        that(answer === true || answer?.unsupported.includes(' '), `the capability '${name}' has no answer in words`);
      }
      that(traitsSchema.safeParse(driver.traits).success, 'the traits are not as the contract says');
    },
  },
  {
    id: 'static.schemas',
    sentence: 'The schemas of config, job options and handles can be told as JSON Schema.',
    semantic: 'static',
    run: async ({ subject: { driver } }) => {
      for (const schema of [driver.configSchema, driver.stateSchema, driver.jobSchema]) if (schema !== undefined) z.toJSONSchema(schema, { io: 'input' });
    },
  },
  {
    id: 'static.facets',
    sentence: 'A facet is there exactly when its capability is declared.',
    semantic: 'static',
    run: async (trial) => {
      const target = await trial.open();
      for (const [name, facet] of Object.entries(facetOf)) {
        const declared = trial.subject.driver.capabilities[name as keyof typeof facetOf] === true;
        equal(target[facet] !== undefined, declared, `the facet '${facet}' is there`);
      }
      const { capabilities } = trial.subject.driver;
      if (target.services !== undefined) equal(target.services.invoke !== undefined, capabilities['services.invoke'] === true, 'services.invoke is there');
      if (target.provisioning !== undefined) equal(target.provisioning.update !== undefined, capabilities.update === true, 'provisioning.update is there');
    },
  },
  {
    id: 'static.check-refuses',
    sentence: 'check finds an error, with a message, in every job that wants what is not declared.',
    semantic: 'static',
    run: async ({ subject: { driver, config = {} } }) => {
      for (const job of demanding.map((input) => jobSpecSchema.parse(input))) {
        const lacking = capabilityNeeds({ job }).filter(({ name }) => driver.capabilities[name] !== true);
        const errors = driver.check({ job }, config).filter((problem) => problem.severity === 'error' && problem.message !== '');
        that(lacking.length === 0 || errors.length > 0, `check finds no error in the job '${job.name}', though ${lacking.map(({ name }) => name).join(', ')} is not declared`);
      }
    },
  },
  {
    id: 'static.check-accepts',
    sentence: 'check finds no error in a job that the target runs.',
    semantic: 'static',
    needs: { capabilities: ['jobs'] },
    run: async ({ subject }) => {
      const problems = subject.driver.check({ job: subject.makeJob({ does: 'succeeds' }) }, subject.config ?? {});
      equal(problems.filter((problem) => problem.severity === 'error'), [], 'errors');
    },
  },
  {
    id: 'static.check-pure',
    sentence: 'check answers the same again, as data, and changes nothing that it is given.',
    semantic: 'static',
    run: async ({ subject: { driver, config = {} } }) => {
      for (const input of demanding) {
        const job = jobSpecSchema.parse(input);
        const before = JSON.stringify(job);
        const problems = driver.check({ job }, config);
        equal(driver.check({ job }, config), problems, 'the second answer');
        equal(JSON.stringify(job), before, 'the job after check');
        survivesJson(problems, 'the answer of check');
        for (const problem of problems) that(problemSchema.safeParse(problem).success, `not a problem: ${JSON.stringify(problem)}`);
      }
    },
  },
  {
    id: 'static.best-effort-told',
    sentence: 'A driver that cannot keep one key to one effect says so in check.',
    semantic: 2,
    needs: { capabilities: ['jobs'], traits: { once: ['best-effort'] } },
    run: async ({ subject }) => {
      const problems = subject.driver.check({ job: subject.makeJob({ does: 'succeeds' }) }, subject.config ?? {});
      that(problems.some((problem) => problem.severity === 'warning'), 'check has no warning, though once is best-effort');
    },
  },
];
