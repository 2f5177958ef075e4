// Loads a pipeline module and says in one sentence why it cannot be used.
import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPipeline, type Pipeline } from '../pipeline.ts';
import { RunError, reasonOf, sentenceOf } from './failure.ts';

/** Outcomes: the default export of the module; throws a RunError. Top-level code of the module runs here, once. */
export async function loadPipeline(path: string): Promise<Pipeline> {
  const url = /^(file|data):/.test(path) ? path : await urlOf(path);
  const module = await importModule(path, url);
  const exported = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (!isPipeline(exported)) {
    const found = exported === undefined ? 'it has no default export' : 'its default export is something else';
    throw new RunError(
      `The module '${path}' is not a pipeline: ${found}; it needs 'export default pipeline({ ... })' of fenceline/pipeline.`,
    );
  }
  return exported;
}

async function urlOf(path: string): Promise<string> {
  const full = resolve(path);
  try {
    if (!(await stat(full)).isFile()) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    throw new RunError(`The pipeline module '${path}' cannot be loaded: ${reasonOf(error)}.`, { cause: error });
  }
  return pathToFileURL(full).href;
}

async function importModule(path: string, url: string): Promise<unknown> {
  try {
    return await import(url);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /^\.[mc]?ts$/.test(extname(path))) {
      throw new RunError(
        `The pipeline module '${path}' is TypeScript, which Node ${process.versions.node} does not run; compile it first.`,
      );
    }
    throw new RunError(`The pipeline module '${path}' cannot be loaded: ${sentenceOf(error)}`, { cause: error });
  }
}
