/** What a package is, by its nx tag `type:…`. */
export const packageTypes = ['core', 'support', 'driver', 'testkit', 'emulator', 'runtime', 'client', 'app', 'tool'] as const;
export type PackageType = (typeof packageTypes)[number];

/** The types of our own packages that a package of each type may import. */
export const mayImport: Readonly<Record<PackageType, readonly PackageType[]>> = {
  core: [],
  // In one direction: circles are refused. `ssh` runs the helper's script on other machines.
  support: ['core', 'support'],
  driver: ['core', 'support'],
  testkit: ['core'],
  emulator: ['core', 'support'],
  runtime: ['core', 'support', 'driver', 'client'],
  client: ['core'],
  app: ['core', 'runtime', 'client'],
  tool: packageTypes,
};

/** What test files may import beyond that. */
export const testsMayAlsoImport: readonly PackageType[] = ['testkit', 'emulator'];

/** Loaded by name, and only when its command is used: allowed to apps behind `import()` and an optional peer. */
export const appsMayLoadLazily: readonly PackageType[] = ['testkit', 'emulator'];

/**
 * The one file of a driver that may know the testkit, whose types it names (the kit itself is handed to it), an emulator
 * to try the driver on, and of core what a runtime would hand to the driver.
 */
export const conformanceFile = 'src/conformance.ts';
export const conformanceMayAlsoImport: readonly PackageType[] = ['testkit', 'emulator'];

/** The parts of core that are the contract: all that a driver sees. */
export const contractOfCore: readonly string[] = ['driver', 'errors', 'model'];

/** Parts of core whose imports are limited to the listed parts, so that the contract stands without the engine. */
export const coreLayers: Readonly<Record<string, readonly string[]>> = {
  errors: ['errors', 'model'],
  model: ['model', 'errors'],
  driver: ['driver', 'model', 'errors'],
};

export const containerPackages: readonly string[] = ['tsyringe', 'reflect-metadata'];
export const mayUseContainer: readonly PackageType[] = ['runtime', 'app'];

/** Platform SDKs: a driver's or a support package's business, never core's. */
export const platformPackages = /^(@azure\/|@kubernetes\/|@aws-sdk\/|@google-cloud\/|azure-|ssh2$|dockerode$)/;

/** Types whose product code is given its clock, chance, environment and logger. */
export const injectedTypes: readonly PackageType[] = ['core', 'driver'];
