// A module of kernels without the last line: it serves nothing.
import { kernel } from 'fenceline';

export const nothing = kernel({}, () => {});
