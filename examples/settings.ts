/**
 * The options of a pipeline (`--opt name=value`) as whole numbers, each with a default and limits.
 */

/** Least, usual and most value of each option. */
export type Ranges<Name extends string> = {
  readonly [N in Name]: readonly [least: number, usual: number, most: number];
};

/** Reads the options; an unknown name or a value out of range is an error that says what is allowed. */
export function readSettings<Name extends string>(
  pipeline: string,
  ranges: Ranges<Name>,
  options: ReadonlyMap<string, string>,
): { readonly [N in Name]: number } {
  const names = Object.keys(ranges) as Name[];
  const strange = [...options.keys()].find((name) => !Object.hasOwn(ranges, name));
  if (strange !== undefined) {
    throw new Error(`The ${pipeline} has no option '${strange}'; it has ${names.join(', ')}.`);
  }
  const settings = {} as { [N in Name]: number };
  for (const name of names) {
    const [least, usual, most] = ranges[name];
    const text = options.get(name) ?? String(usual);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new Error(`The option ${name} is a whole number from ${least} to ${most}, not '${text}'.`);
    }
    settings[name] = value;
  }
  return settings;
}
