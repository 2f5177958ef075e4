/** The tiny job for threads. */
import { expose } from 'threads/worker';
import { addBytes } from './add.ts';

expose({ add: addBytes });
