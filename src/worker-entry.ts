/** The module that a pool starts in a thread when it is given the URL of the kernels: waits for its order. */
import { listenForOrders } from './worker.ts';

listenForOrders();
