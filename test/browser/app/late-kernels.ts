/** A module that waits for something before it serves: the order of its pool comes meanwhile. */
import { kernel, serve, write } from 'fenceline';

await new Promise((resolve) => setTimeout(resolve, 200));

const fill = kernel({ out: write('u8', ['n']) }, ({ out }) => void out.data.fill(7));

export default serve({ fill });
