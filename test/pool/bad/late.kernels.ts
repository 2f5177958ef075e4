// Served by a function that fails: what it wanted to load is not there.
import { serve } from 'fenceline';

export default serve(async () => {
  throw new Error('no such weights');
});
