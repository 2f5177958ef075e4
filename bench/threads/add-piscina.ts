/** The tiny job for piscina. */
import type { AddTask } from './add.ts';
import { addBytes } from './add.ts';

export default function add({ source, target }: AddTask): void {
  addBytes(source, target);
}
