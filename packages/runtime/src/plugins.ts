export { openPluginBook, PluginBook } from './plugins/plugin-book.ts';
export type { PluginBookOptions, PluginScope } from './plugins/plugin-book.ts';
