/**
 * Where we answer otherwise than Linux on purpose: each exception by name, with the operation and the precondition under
 * which it holds. docs/kernel-map.md shows the same table; a test compares the two.
 *
 * An exception is looked for only after a difference, and explains one operation; what follows is compared again.
 */
import { getStatus } from '../uapi.ts';
import { shownFence } from './buffer-operations.ts';
import { type Difference, isSame } from './compare.ts';
import { listingOf } from './operations.ts';
import {
  counts,
  differingWaits,
  entriesOf,
  fencesOf,
  isAccess,
  isOfClosed,
  isPending,
  isStub,
  type Listed,
  type Scene,
  signalsOf,
  without,
  withoutStates,
} from './records.ts';
import type { Fields } from './trace.ts';

export interface Exception {
  readonly name: string;
  readonly operations: readonly string[];
  readonly precondition: string;
  readonly why: string;
  readonly explains: (difference: Difference, scene: Scene) => boolean;
  /** Brings what is here to where Linux is, if the difference leaves them apart, so that what follows can be compared. */
  readonly follow?: (difference: Difference, scene: Scene) => void;
}

export const exceptions: readonly Exception[] = [
  {
    name: 'array-shows-errors',
    operations: ['sf_info', 'sf_infon'],
    precondition:
      'The status is asked for without the list, of a file that lists two fences or more; all are over, and one failed; Linux says 1 and we the error; nothing else differs.',
    why: 'An array of Linux hears of its members only once somebody waits for it: looked at too late, it reports success although a member failed. Here errors are never lost into success, and both forms of FILE_INFO agree.',
    explains: ({ operation: { name, expected }, actual }) => {
      if (name === 'sf_infon' && 'f' in expected) return false;
      const key = name === 'sf_info' ? 'st0' : 'st';
      const isError = expected[key] === 1 && Number(actual[key]) < 0 && Number(actual.n) > 1;
      return isError && isSame({ ...expected, [key]: 0 }, { ...actual, [key]: 0 });
    },
  },
  {
    name: 'merge-keeps-errors',
    operations: ['sf_info', 'sf_infon'],
    precondition:
      'The file lists failures of a timeline that was closed at the time they name, and that Linux does not list; without them, and without stubs, both list the same.',
    why: 'Linux drops what is over from a merge, and its error with it. Here a failure stays in whatever is made of it.',
    explains: ({ operation: { args, expected }, actual }, scene) => {
      if (scene.session === undefined) return false;
      const all = listingOf(scene.session, args[0] ?? '');
      if ('name' in actual && !isSame(expected.name, actual.name)) return false;
      const ours = fencesOf(all);
      // Without a list there is only a count: a stub stands in where nothing is left.
      if (!('f' in expected)) {
        const failed = ours.filter((fence) => isOfClosed(fence, scene)).length;
        return failed > 0 && Number(expected.n) === Math.max(1, ours.filter(counts).length);
      }
      const theirs = fencesOf(expected);
      const [added, missing] = [without(ours, theirs), without(theirs, ours)];
      return added.length > 0 && added.every((fence) => isOfClosed(fence, scene)) && missing.every(isStub);
    },
  },
  {
    name: 'merge-keeps-errors-in-reservations',
    operations: ['db_resv'],
    precondition:
      'The buffer lists failures of a merge in place of a stub or of another fence that is over, or besides; what is pending is the same, in the same order.',
    why: 'The same, once such a file has been imported.',
    explains: ({ operation: { args, expected }, actual }, { session }) => {
      if (session === undefined || !isSame({ ...expected, resv: [] }, { ...actual, resv: [] })) return false;
      const { fences = [] } = session.api.dmaBufInfo(session.fdOf(args[0] ?? ''));
      const failed = fences.filter(({ status }) => status < 0).map(shownFence);
      const [theirs, ours] = [entriesOf(expected), entriesOf(actual)];
      if (!isSame(theirs.filter(isPending), ours.filter(isPending))) return false;
      const [added, missing] = [without(ours, theirs), without(theirs, ours)];
      return added.length > 0 && without(added, failed).length === 0 && !missing.some(isPending);
    },
  },
  {
    name: 'old-time-stamps-are-dropped',
    operations: ['sf_info', 'sf_infon'],
    precondition:
      'A fence has no time stamp here, and its timeline was signalled 24 times or more since the moment that Linux says; nothing else differs.',
    why: 'A timeline keeps the moments of its last 24 signals, in bounded memory.',
    explains: ({ operation: { index, expected }, actual }, { operations }) => {
      const [theirs, ours] = [fencesOf(expected), fencesOf(actual)];
      const differing = theirs.filter((fence, at) => !isSame(fence, ours[at]));
      const isOld = ({ o, ts }: Listed): boolean => ts !== null && signalsOf(o, operations.slice(ts, index)) >= 24;
      if (differing.length === 0 || !differing.every(isOld)) return false;
      const filled = ours.map((fence, at) => (fence.ts === null ? { ...fence, ts: theirs[at]?.ts ?? null } : fence));
      return isSame({ ...expected }, { ...actual, f: filled });
    },
  },
  {
    name: 'array-shows-errors-in-the-kernel',
    operations: ['st'],
    precondition:
      'The status of an array that nobody waited for or added a callback to; Linux says 1 and we the error.',
    why: 'As array-shows-errors.',
    explains: ({ operation: { args, expected }, actual }, { kernel }) => {
      const fence = kernel?.fenceIn(Number(args[0]));
      return fence?.kind === 'array' && !fence.isEnabled && expected.rc === 1 && Number(actual.rc) < 0;
    },
  },
  {
    name: 'array-shows-another-error',
    operations: ['st'],
    precondition:
      'The status of an array of which several fences failed, with different errors; Linux shows another of them.',
    why: 'An array of Linux keeps the error it hears of first; here it is that of the first timeline.',
    explains: ({ operation: { args, expected }, actual }, { kernel }) => {
      const fence = kernel?.fenceIn(Number(args[0]));
      const errors = fence?.members.map(getStatus).filter((status) => status < 0) ?? [];
      return [expected.rc, actual.rc].every((rc) => errors.includes(Number(rc)));
    },
  },
  {
    name: 'access-waits-for-what-was-there',
    operations: ['*'],
    precondition:
      'A wait of DMA_BUF_IOCTL_SYNC ends at another operation than in Linux, and after it began a fence was added to a buffer; nothing else differs.',
    why: 'Linux looks at the slots of a reservation one after the other while it waits, so of what is added meanwhile it waits for some and not for others, by the slot. Here an access waits for what was there when it began.',
    explains: ({ operation: { index, expected }, actual }, { operations }) => {
      const waits = differingWaits(expected, actual);
      return waits.length > 0 && waits.every((wait) => isAccess(wait, index, operations));
    },
  },
  {
    name: 'fences-expire-one-by-one',
    operations: ['sleep'],
    precondition:
      'Two fences of vgem or more were attached before the sleep in which they expire; the same waits end in it, and of one another descriptor state or index is told.',
    why: 'Timers of Linux are rounded to 640 ms, so fences attached shortly after one another expire at once, before anybody who waits has looked. Here they expire one after the other.',
    explains: ({ operation: { index, expected }, actual }, { operations }) => {
      const attached = operations
        .slice(0, index)
        .filter(({ name, expected: { rc } }) => name === 'vg_attach' && rc === 0);
      return attached.length > 1 && isSame(withoutStates(expected), withoutStates(actual));
    },
  },
  {
    name: 'wrapped-number-forgets-nothing',
    operations: ['*'],
    precondition:
      'Before, a fence of sw_sync that was over was imported into a buffer that lists a pending one of the same timeline, and is later by 32-bit numbers. What differs is an answer of that buffer, of a sync file exported from it or a fence attached to it since, or when a wait for one of these ends; or the number of a context in the name of a sync file, by as many as were exported from it.',
    why: 'A fence replaces one of its context that is not later. Numbers of sw_sync wrap, so one that was over when it was made can be later than one that is pending, and Linux forgets the pending one. Here numbers do not wrap.',
    explains: ({ operation: { name, args, expected }, actual }, { forgotten }) => {
      if (forgotten === undefined) return false;
      const waits = differingWaits(expected, actual);
      if (waits.length > 0) return waits.every((wait) => forgotten.has(wait));
      if (name === 'vg_attach' || name === 'tl_deadline') return forgotten.has(args[1] ?? '');
      if (isLaterContext(expected, actual, forgotten.contexts)) return true;
      if (!forgotten.has(args[0] ?? '')) return false;
      if (name === 'poll' || name === 'vg_signal') return true;
      // Linux may have less that is pending, and fences of vgem that it let be attached for that reason.
      if (name === 'db_resv') {
        return without(entriesOf(expected), entriesOf(actual)).every(
          (entry) => !isPending(entry) || entry[1] === 'vgem',
        );
      }
      const isListing = name === 'sf_info' || name === 'sf_infon';
      return isListing && without(fencesOf(expected), fencesOf(actual)).every(({ d, s }) => s !== 0 || d === 'vgem');
    },
  },
  {
    name: 'gives-way-to-holders-only',
    operations: ['wl', 'ws'],
    precondition:
      'Linux answers EDEADLK to tasks of wait-die that hold locks and sleep here, for a mutex that a task with an older context waits for; nothing else differs.',
    why: 'Linux keeps a list of waiters sorted by age and lets no task that holds locks queue behind an older one. Here it gives way to holders and to whom a free lock is kept for: when the older one becomes the holder, the younger gives way then. So there is no cycle either, and no retry where the holder is younger than both and ends first.',
    explains: ({ operation: { args, expected }, actual }, { ww }) => {
      const told = givingWayIn(expected, args[0]);
      if (ww === undefined || told.length === 0) return false;
      const theirs = {
        ...expected,
        rc: expected.rc === -35 ? 'blocked' : (expected.rc ?? null),
        ev: wokenIn(expected).filter((event) => !isGivingWay(event)),
      };
      return isSame(theirs, { ...actual, ev: wokenIn(actual) }) && told.every((task) => ww.isBehindOlderWaiter(task));
    },
    follow: ({ operation: { args, expected } }, { ww }) => {
      for (const task of givingWayIn(expected, args[0])) ww?.giveWay(task);
    },
  },
];

/** Whether nothing differs but the number of a context in a name, which is higher here by `most` at most. */
function isLaterContext(expected: Fields, actual: Fields, most: number): boolean {
  const [theirs, ours] = [String(expected.name).split(contextNumber), String(actual.name).split(contextNumber)];
  const more = Number(ours[1]) - Number(theirs[1]);
  const isSameName = ours[0] === theirs[0] && ours[2] === theirs[2];
  return more > 0 && more <= most && isSameName && isSame({ ...expected, name: '' }, { ...actual, name: '' });
}

const contextNumber = /\{\+(\d+)\}/;

/** Tasks that Linux told to give way during an operation: its own, and those that it woke. */
function givingWayIn(expected: Fields, own: string | undefined): number[] {
  const woken = wokenIn(expected)
    .filter(isGivingWay)
    .map((event) => Number.parseInt(event.slice(1), 10));
  return expected.rc === -35 ? [Number(own), ...woken] : woken;
}

function wokenIn({ ev }: Fields): string[] {
  return Array.isArray(ev) ? ev.map(String) : [];
}

function isGivingWay(event: string): boolean {
  return event.endsWith(':-35');
}

/** The exception that explains a difference, or undefined. */
export function exceptionFor(difference: Difference, scene: Scene): Exception | undefined {
  return exceptions.find(
    (exception) => isFor(exception, difference.operation.name) && exception.explains(difference, scene),
  );
}

/** `*` stands for every operation. */
function isFor({ operations }: Exception, name: string): boolean {
  return operations.includes('*') || operations.includes(name);
}
