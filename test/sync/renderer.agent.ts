/** Plays the renderer of the design's program g, as it stands, and says when all is drawn. */
import { parentPort, workerData } from 'node:worker_threads';
import { renderer } from '../types/programs/g-explicit-sync.ts';

renderer(workerData);
parentPort?.postMessage('drawn');
