import { pipeline } from 'fenceline/pipeline';

export default pipeline({ kernels: new URL('./missing.mjs', import.meta.url), run: async function* () {} });
