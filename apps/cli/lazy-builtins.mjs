import { isBuiltin } from 'node:module';

/** What Node has loaded before a program begins: reading it costs nothing more. */
const alreadyThere = new Set(['async_hooks', 'buffer', 'events', 'fs', 'module', 'path', 'timers', 'url', 'util']);

/**
 * A plugin for rolldown. An ESM import of one of Node's own modules reads all of its exports, some of which load a great
 * deal more: 17 ms for a handful. In the bundle a function of a module is a function that loads it when it is called;
 * only what is no function (a class, a constant) is read at once, and only where somebody imports it.
 */
export const lazyBuiltins = {
  name: 'lazy-builtins',
  // What is required, by packages of the older kind, is the module itself and costs what it costs: `assert` is a function.
  resolveId: (id, _importer, { kind }) => (kind !== 'require-call' && (id.startsWith('node:') || isBuiltin(id)) ? `\0builtin:${id.replace(/^node:/, '')}` : null),
  load: (id) => (id.startsWith('\0builtin:') ? { code: builtinCode(id.slice('\0builtin:'.length)), moduleType: 'js', moduleSideEffects: false } : null),
};

/** One export for each of the module's; those that nobody imports are dropped. */
function builtinCode(name) {
  // It is there under this name, whole, for modules of both kinds.
  if (name === 'process') return 'module.exports = globalThis.process;';
  const found = process.getBuiltinModule(name);
  const names = Object.keys(found).filter((each) => /^[A-Za-z_$][\w$]*$/.test(each) && each !== 'default' && each !== 'module');
  const load = `process.getBuiltinModule(${JSON.stringify(`node:${name}`)})`;
  if (alreadyThere.has(name)) {
    return [`const found = ${load};`, 'export default found;', ...names.map((each, index) => `const export${index} = found.${each};\nexport { export${index} as ${each} };`)].join('\n');
  }
  return [`export default ${wholeCode(names, load)};`, ...names.map((each, index) => `const export${index} = ${exportCode(found, each, load)};\nexport { export${index} as ${each} };`)].join('\n');
}

function wholeCode(names, load) {
  return `{ ${names.map((each) => `get ${each}() { return ${load}.${each}; }`).join(', ')} }`;
}

/** A class cannot be wrapped, and what has properties of its own (as `promisify` looks for) is better left whole. */
function exportCode(module, name, load) {
  const value = Object.getOwnPropertyDescriptor(module, name)?.value;
  const isPlain = typeof value === 'function' && /^[a-z]/.test(name) && Reflect.ownKeys(value).every((key) => ['length', 'name', 'prototype'].includes(key));
  if (isPlain) return `(...given) => ${load}.${name}(...given)`;
  const custom = Symbol.for('nodejs.util.promisify.custom');
  if (typeof value === 'function' && /^[a-z]/.test(name) && Object.hasOwn(value, custom)) {
    return `/* @__PURE__ */ Object.defineProperty((...given) => ${load}.${name}(...given), Symbol.for('nodejs.util.promisify.custom'), { get: () => ${load}.${name}[Symbol.for('nodejs.util.promisify.custom')] })`;
  }
  return `/* @__PURE__ */ (() => ${load}.${name})()`;
}
