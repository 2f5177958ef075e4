/** The process of one file of `rows/`: measures it and sends its rows to the parent. Shapes and caches of others are not met. */
import type { Row, Rows, Scale } from './row.ts';

const [name = '', scale = 'smoke'] = process.argv.slice(2);
const rows: { readonly default: Rows } = await import(new URL(`./rows/${name}.js`, import.meta.url).href);
const measured: readonly Row[] = await rows.default(scale as Scale);
process.send?.(measured, undefined, undefined, () => process.exit(0));
