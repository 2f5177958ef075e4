/** Every kind of branch, some taken and some not; the first word tells which. */
import { scenario } from 'fenceline/check';

function choose(words: Int32Array): string {
  const seen = Atomics.load(words, 0);
  if (seen === 7) return 'seven';
  else if (seen === 1) Atomics.add(words, 1, 1);
  if (seen > 1)
    if (seen > 2) Atomics.add(words, 1, 1);
    else Atomics.sub(words, 1, 1);
  const name = seen === 0 ? 'none' : Atomics.load(words, 1) > 0 ? 'some' : 'odd';
  const isOne = seen === 1 && Atomics.load(words, 1) === 1;
  const isBig = seen < 2 || Atomics.load(words, 1) > 2;
  while (Atomics.load(words, 1) < 0) Atomics.add(words, 1, 1);
  for (let i = 0; i < 1; i++) Atomics.add(words, 1, 0);
  for (const word of [seen]) if (word < 0) return 'negative';
  switch (seen) {
    case 0:
    case 1:
      Atomics.add(words, 1, 0);
      break;
    case 2:
      return 'two';
    default:
      return 'more';
  }
  return [name, isOne, isBig].join();
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: { chooser: choose, setter: (words) => Atomics.store(words, 0, 1) },
  outcomes: [
    { chooser: 'none,false,true', setter: 1 },
    { chooser: 'some,true,true', setter: 1 },
  ],
});
