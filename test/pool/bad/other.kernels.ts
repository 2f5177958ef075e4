// Other kernels than the caller's type says.
import { kernel, serve, write } from 'fenceline';

const blur = kernel({ dst: write('u8', ['n']) }, ({ dst }) => void dst.data.fill(1));

export default serve({ blur });
