/** The tiny job for workerpool. */
import workerpool from 'workerpool';
import { addBytes } from './add.ts';

workerpool.worker({ add: addBytes });
