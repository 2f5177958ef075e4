/** An operation lends its lock to the fence it exports, and is freed while the fence is still in use. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** The operation is one word, its lock; the fence lives beside it, counted by itself, and points at that lock. */
const OPERATION_LOCK = 0;
const FENCE_SIGNALLED = 1;
const FENCE_CALLBACKS = 2;
/** What the allocator writes over freed memory. */
const POISON = 0x6b6b6b6b;

function lock(memory: Int32Array, at: number): void {
  for (;;) {
    const old = Atomics.compareExchange(memory, at, 0, 1);
    assert.notEqual(old, POISON, `The lock at word ${at} is freed memory.`);
    if (old === 0) return;
  }
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(12)),
  agents: {
    exporter: (memory) => {
      lock(memory, OPERATION_LOCK);
      Atomics.store(memory, FENCE_SIGNALLED, 1);
      Atomics.store(memory, OPERATION_LOCK, 0);
      Atomics.store(memory, OPERATION_LOCK, POISON); // kfree(operation): its own work is done
    },
    importer: (memory) => {
      if (Atomics.load(memory, FENCE_SIGNALLED) === 1) return 'over already';
      lock(memory, OPERATION_LOCK); // spin_lock(fence->lock)
      const isOver = Atomics.load(memory, FENCE_SIGNALLED) === 1;
      if (!isOver) Atomics.add(memory, FENCE_CALLBACKS, 1);
      Atomics.store(memory, OPERATION_LOCK, 0);
      return isOver ? 'over' : 'will be called';
    },
  },
  describeWord: (_, index) => ['operation.lock', 'fence.signalled', 'fence.callbacks'][index],
});
