/**
 * The names of the methods that `using` calls, also where the runtime does not know them yet (Safari).
 *
 * `[Symbol.dispose]()` in a class would there be a method called "undefined", without a word. A polyfill has to be loaded
 * before this library. Without one these are the registered symbols that the code of esbuild for `using` falls back to;
 * TypeScript's code for it says that Symbol.dispose is not defined. `dispose()` and `close()` need neither.
 */

export const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

export const asyncDisposeKey: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
