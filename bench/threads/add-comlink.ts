/** The tiny job for comlink. */
import { parentPort } from 'node:worker_threads';
import * as comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { addBytes } from './add.ts';

if (parentPort !== null) comlink.expose({ add: addBytes }, nodeEndpoint(parentPort));
