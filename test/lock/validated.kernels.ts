// Kernels that do on the way to their signal what they must not, and return what the validator says of it.
import { kernel, type Space, serve } from 'fenceline';
import { mightAllocate } from 'fenceline/sync';

function kindsWhile(space: Space, work: () => void): string {
  const kinds: string[] = [];
  using _ = space.on('validator', ({ kind, cycle }) => kinds.push([kind, ...cycle].join(' ')));
  work();
  return kinds.join();
}

const allocate = kernel({ times: 'u32' }, ({ times }, job) =>
  kindsWhile(job.space, () => {
    for (let time = 0; time < times; time++) mightAllocate(job.space);
  }),
);

export default serve({ allocate });
