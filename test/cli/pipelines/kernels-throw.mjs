import { pipeline } from 'fenceline/pipeline';

export default pipeline({ kernels: new URL('./throws.mjs', import.meta.url), run: async function* () {} });
