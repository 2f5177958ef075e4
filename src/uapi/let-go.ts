/** Disposes of something, also where the runtime does not know `Symbol.dispose` yet (Safari): there the library uses the registered one. */
export const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

export function letGo(disposable: Disposable): void {
  disposable[disposeKey]();
}
