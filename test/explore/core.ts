/** The primitives of the core and the scenarios that explore them: one list for the tests and for the deeper bounds. */
import type { Primitive } from './primitives.ts';

export const slots: Primitive = {
  name: 'slot',
  modules: ['src/cells/slot.ts', 'src/cells/held-slot.ts'],
  explorations: [
    { rule: 'two who claim at the same time get two slots', scenario: 'cells/slots-race' },
    { rule: 'a slot is freed once, and not under its next owner', scenario: 'cells/slots-freed-twice' },
    {
      rule: 'a slot belongs to one agent at a time and is never lost',
      scenario: 'cells/slots',
      limits: { preemptions: 1 },
    },
    {
      rule: 'a slot whose generations are used up is retired, not reused',
      scenario: 'cells/slots-retire',
      limits: { preemptions: 2 },
    },
    {
      rule: 'a held slot is freed exactly when nobody holds it',
      scenario: 'cells/held-slots',
      limits: { preemptions: 1 },
    },
    { rule: 'the last holder of a buffer closes it', scenario: 'buffer/holders' },
  ],
};

export const agents: Primitive = {
  name: 'agent',
  modules: ['src/cells/agent.ts', 'src/cells/seat-claim.ts'],
  foundBy: {
    'death-declared-during-a-repair': 'cells/repairs',
    'death-of-another-incarnation': 'cells/repairs',
    'no-ring-after-a-repair': 'cells/pump',
    'repairs-of-the-dead-are-forgotten': 'cells/repairs',
    'rings-before-the-repair-is-counted': 'cells/pump',
    'seat-entered-by-store': 'cells/seats',
    'seat-freed-before-it-is-repaired': 'cells/repairs',
    'seat-given-up-keeps-its-incarnation': 'cells/seats',
    'seat-written-before-it-is-taken': 'cells/seats',
    'two-repairers-at-once': 'cells/repairs',
  },
  unreached: {
    isStopProvable: 'one load that the shells ask about',
  },
  explorations: [
    { rule: 'a seat is taken back or taken', scenario: 'cells/seat-withdrawn', limits: { preemptions: 1 } },
    { rule: 'two who join at the same time sit on different seats', scenario: 'cells/joining' },
    { rule: 'whoever dies while joining or leaving leaves a free seat', scenario: 'cells/seats-killed' },
    {
      rule: 'whoever dies while joining by itself leaves a free seat',
      scenario: 'cells/joining-killed',
      limits: { preemptions: 2 },
      short: { preemptions: 1 },
    },
    {
      isLong: true,
      rule: 'whoever dies while joining by itself leaves a free seat, in every schedule',
      scenario: 'cells/joining-killed',
      limits: { strategy: 'por' },
    },
    {
      rule: 'whoever dies on the seat that a dead parent had kept leaves it free',
      scenario: 'cells/orphans-killed',
      limits: { preemptions: 0 },
    },
    {
      isLong: true,
      rule: 'after a repair everybody looks everywhere',
      scenario: 'cells/pump',
      limits: { killAgents: ['left', 'right'] },
    },
    {
      rule: 'an agent is repaired by one other at a time',
      scenario: 'cells/repairs',
      limits: { preemptions: 2, killAgents: false },
      short: { preemptions: 1 },
    },
    { isLong: true, rule: 'an agent is repaired, also if its repairers die', scenario: 'cells/repairs' },
    {
      rule: 'a seat that was given up is not touched by its late owner',
      scenario: 'cells/seats',
      short: { preemptions: 1 },
    },
  ],
};

export const doorbell: Primitive = {
  name: 'doorbell',
  modules: ['src/cells/doorbell.ts', 'src/cells/wait.ts', 'src/cells/pump.ts', 'src/cells/interest.ts'],
  foundBy: {
    'ring-word-read-after-the-look': 'cells/doorbell',
    'sync-wake-disarms-the-async-one': 'cells/sleep-given-up',
    'who-rings-the-others-leaves-the-set': 'cells/interest-kept',
    'who-rings-the-others-loses-its-flag': 'cells/interest-kept',
  },
  explorations: [
    { rule: 'a repair makes everybody look everywhere', scenario: 'cells/repairs-seen' },
    {
      rule: 'who leaves hears of what its leaving ended, and takes nothing',
      scenario: 'cells/drained',
      limits: { preemptions: 1 },
    },
    { rule: 'a look inside a look runs nothing twice', scenario: 'cells/nested-waiter' },
    {
      rule: 'a batch rings before it waits, and each agent once',
      scenario: 'cells/batch',
      limits: { strategy: 'dpor' },
    },
    { rule: 'who wants to know is told or sees it', scenario: 'cells/interest', limits: { strategy: 'dpor' } },
    {
      rule: 'who rings the others goes on wanting to know',
      scenario: 'cells/interest-kept',
      limits: { strategy: 'dpor' },
    },
    { rule: 'a ring is never lost to a sleeper', scenario: 'cells/doorbell', limits: { preemptions: 1 } },
    {
      rule: 'a sleep and a waiter in the pump do not take each other’s rings',
      scenario: 'cells/sleep-beside-pump',
      limits: { killAgents: ['left'] },
    },
    { rule: 'a sleep that is given up takes no ring from a waiter in the pump', scenario: 'cells/sleep-given-up' },
    {
      rule: 'a callback runs exactly once, whoever rings',
      scenario: 'cells/pump',
      limits: { killAgents: ['left', 'right'] },
      short: { preemptions: 0 },
    },
    { isLong: true, rule: 'a waiter that is over is not polled again', scenario: 'reservation/pumped-between' },
  ],
  equivalent: {
    'armed-read-before-the-ring-is-counted':
      'the truth is stored before both, and every look comes after arming: who arms after the load sees the truth, ' +
      'who armed before it is notified after the count',
  },
};

export const timeline: Primitive = {
  name: 'timeline',
  modules: [
    'src/fence/timeline.ts',
    'src/fence/points.ts',
    'src/fence/seqno.ts',
    'src/fence/error-records.ts',
    'src/fence/time-stamps.ts',
    'src/fence/wait.ts',
    'src/fence/watch.ts',
  ],
  unreached: {
    closeTimeline: 'the one load of a clock: scenarios give the moment, or repair what keeps no times',
    createTimeline: 'the words of wishes, which the scenarios of wishes reach',
  },
  foundBy: {
    'stamped-after-the-signal': 'fence/stamped',
    'half-written-stamp-is-read': 'fence/stamped',
    'stamp-without-a-second-look': 'fence/stamped',
    'first-stamp-kept-covers-all': 'fence/stamped',
    'close-stamped-too-late': 'fence/stamped',
    'closed-before-its-code-is-stored': 'fence/closing',
    'epoch-written-before-lo': 'fence/wrap',
    'lo-read-before-the-epoch': 'fence/epochs-asked',
    'close-wakes-nobody': 'fence/closing',
    'closing-by-the-dead-is-left-alone': 'fence/retired',
    'close-forgets-the-errors': 'fence/reused-look',
    'closing-forgets-the-errors': 'fence/reused-look',
    'error-recorded-after-the-signal': 'fence/reused-look',
    'closed-is-read-after-the-number': 'fence/reuse',
    'held-without-a-second-look': 'fence/reuse',
    'freed-while-held': 'fence/closing',
  },
  explorations: [
    { rule: 'a fence over two timelines is over when both points are', scenario: 'fence/two-lines' },
    { rule: 'each callback of a timeline runs when its own point is over', scenario: 'fence/listening' },
    { rule: 'an error never gets the code of another', scenario: 'fence/half-record' },
    {
      rule: 'a point that is over has its own stamp, or an old one none',
      scenario: 'fence/stamped',
      limits: { killAgents: false },
    },
    {
      rule: 'a point that is over has its own stamp, or an old one none, whoever dies',
      scenario: 'fence/stamped',
      limits: { preemptions: 1 },
    },
    { rule: 'a point never becomes pending again', scenario: 'fence/reused-look' },
    { rule: 'a number that was reached stays reached', scenario: 'fence/epochs-asked' },
    { rule: 'numbers are exact across the 32-bit wrap', scenario: 'fence/wrap', limits: { preemptions: 1 } },
    { rule: 'numbers are exact across epochs', scenario: 'fence/epochs', limits: { preemptions: 1 } },
    { rule: 'the last generation of a slot ends like any other', scenario: 'fence/retired', short: { preemptions: 0 } },
    { rule: 'a forgotten error is unknown, never success', scenario: 'fence/records', limits: { preemptions: 0 } },
    {
      rule: 'a forgotten error is unknown, never success, nobody dying',
      scenario: 'fence/records',
      limits: { preemptions: 1, killAgents: false },
    },
    {
      rule: 'who holds a timeline knows its outcomes',
      scenario: 'fence/reuse',
      limits: { preemptions: 2, killAgents: false },
      short: { preemptions: 1 },
    },
    {
      rule: 'who holds a timeline knows its outcomes, whoever dies',
      scenario: 'fence/reuse',
      limits: { preemptions: 0 },
    },
    {
      isLong: true,
      rule: 'closing fails every point that was not signalled',
      scenario: 'fence/closing',
      limits: { preemptions: 1, killAgents: ['owner'] },
    },
    {
      rule: 'waiters end when their points are over, and learn how',
      scenario: 'fence/waiting',
      limits: { preemptions: 0 },
    },
  ],
};

export const wwLock: Primitive = {
  name: 'ww-lock',
  modules: [
    'src/lock/ww-lock.ts',
    'src/lock/ticket.ts',
    'src/lock/lock-wait.ts',
    'src/lock/waiters.ts',
    'src/lock/wound.ts',
  ],
  unreached: {
    isSuspect: 'a look, for whoever holds the lock and for a slot that gets a new buffer',
    forgetSuspect: 'clears a slot before a new buffer gets it: explored with buffers',
    openServiceTicket: 'a ticket like others in a slot of its own, which driver/home.scenario.ts opens',
    isBehindOlder: 'the free lock that is kept for another, met by a ticket that holds locks: beyond these bounds',
  },
  foundBy: {
    'no-look-after-registering': 'lock/told',
    'repair-drops-the-suspicion': 'lock/killed',
    'leaver-keeps-the-ring': 'lock/leaver',
    'leaver-looks-before-it-leaves': 'lock/leaver',
    'mask-cleared-for-the-other-ticket': 'lock/two-tickets',
    'suspicion-dropped-by-the-taker': 'lock/killed',
    'given-up-at-the-deadline-without-leaving': 'lock/leaver',
    'wound-rings-nobody': 'lock/wounded-three-by-two',
    'wound-forgotten-too-early': 'lock/wounded-three-by-two',
    'younger-wounds-the-older': 'lock/wounded-three-by-two',
    'taker-is-not-wounded': 'lock/wounded-passed-on',
    'wound-in-spite-of-a-change': 'lock/wounded-late',
    'wound-rung-before-it-is-there': 'lock/wounded-late',
    'wound-stored-over-the-next-one': 'lock/wounded-late',
    'any-wound-counts': 'lock/wounded-nobody',
    'wound-forgotten-with-the-first-lock': 'lock/wounded-passed-on',
    'only-who-sets-the-mark-wounds': 'lock/wounded-three-by-two',
    'new-holder-wounded-by-the-younger': 'lock/wounded-passed-on',
    'new-holder-reads-its-own-holding': 'lock/wounded-passed-on',
    'wounded-with-one-lock-waits': 'lock/wounded-three-by-two',
    'mark-gone-and-nobody-looks-again': 'lock/told',
    'mark-put-back-and-one-is-told': 'lock/told',
    'who-gives-way-keeps-the-ring': 'lock/gives-up',
    'incarnation-stays': 'lock/wounded-nobody',
    'stamp-second-word-dropped': 'lock/second-word',
    'trylock-tells-nobody': 'lock/tried',
    'suspicion-cleared-by-a-store': 'lock/suspect-cleared',
    'lock-stays-kept-for-who-left': 'lock/kept-killed',
    'lock-stays-kept-for-the-dead': 'lock/kept-killed',
  },
  explorations: [
    { rule: 'a ticket dies for an older one that takes the lock it waits for', scenario: 'lock/passed-on' },
    { isLong: true, rule: 'two tickets of one agent wait for one lock', scenario: 'lock/two-tickets' },
    { isLong: true, rule: 'two waiters of a held lock both get it', scenario: 'lock/two-waiters' },
    { rule: 'a lock whose holder died is suspect exactly once', scenario: 'lock/killed' },
    { rule: 'a waiter in an event loop gets its turn', scenario: 'lock/asynchronous' },
    { rule: 'a waiter that gives up passes its ring on', scenario: 'lock/leaver' },
    {
      rule: 'three tickets and two locks always come through',
      scenario: 'lock/three-by-two',
      short: { preemptions: 1 },
    },
    {
      rule: 'wounded tickets give way, and all come through',
      scenario: 'lock/wounded-three-by-two',
      limits: { preemptions: 1 },
    },
    {
      rule: 'a ticket is wounded when it takes what an older one waits for',
      scenario: 'lock/wounded-passed-on',
      limits: { preemptions: 1 },
    },
    {
      isLong: true,
      rule: 'a wound for a ticket that is gone hurts nobody',
      scenario: 'lock/wounded-reused',
      limits: { preemptions: 1 },
    },
    { isLong: true, rule: 'a late wound does not hide that of the next ticket', scenario: 'lock/wounded-late' },
    { rule: 'a ticket that nobody older waits for never gives way', scenario: 'lock/wounded-nobody' },
    { isLong: true, rule: 'who gives way and never comes back passes its ring on', scenario: 'lock/gives-up' },
    { isLong: true, rule: 'who takes a lock by trying tells those who must give way', scenario: 'lock/tried' },
    {
      isLong: true,
      rule: 'who takes a lock without its mark is made known by whoever took the mark away',
      scenario: 'lock/told',
      plantedLimits: { seconds: 120 },
    },
    { rule: 'a suspicion is cleared and a waiter comes, and neither is forgotten', scenario: 'lock/suspect-cleared' },
    { rule: 'a lock kept for one that dies, or whose holder dies, is free again', scenario: 'lock/kept-killed' },
    { rule: 'a stamp of two words is younger than one of one', scenario: 'lock/second-word' },
    {
      rule: 'a wound lasts while its ticket holds anything',
      scenario: 'lock/wounded-partly',
      limits: { preemptions: 1 },
    },
    { rule: 'wounds of an agent that died hold nobody up', scenario: 'lock/wounded-killed', short: { preemptions: 0 } },
    { isLong: true, rule: 'locks without an age have their turn among tickets', scenario: 'lock/plain' },
    {
      isLong: true,
      rule: 'a lock kept for a patient waiter stays usable',
      scenario: 'lock/hand-off',
      limits: { preemptions: 2, killAgents: false },
    },
    {
      rule: 'a lock kept for a waiter that died is free again',
      scenario: 'lock/hand-off',
      limits: { preemptions: 0, killAgents: true },
    },
    { rule: 'an admission only tries', scenario: 'reservation/queued', limits: { preemptions: 0 } },
    {
      rule: 'a ring that died with a waiter is not missed',
      scenario: 'lock/waiters-killed',
      limits: { preemptions: 0 },
    },
    {
      isLong: true,
      rule: 'two tickets and two locks in opposite orders always come through',
      scenario: 'lock/two-by-two',
      limits: { strategy: 'dpor' },
      outcomes: [
        { older: { stamp: 1, deaths: 0 }, younger: { stamp: 2, deaths: 0 } },
        { older: { stamp: 1, deaths: 0 }, younger: { stamp: 2, deaths: 1 } },
      ],
    },
  ],
};

export const lockSets: Primitive = {
  name: 'lock-set',
  modules: ['src/reservation/lock-set.ts'],
  foundBy: {
    'contended-lock-forgotten': 'reservation/three-sets',
    'only-the-last-lock-counts': 'reservation/queued-for-one',
    'given-back-from-the-front': 'reservation/queued',
  },
  explorations: [
    { rule: 'two lock sets exclude each other and come through', scenario: 'reservation/two-sets' },
    {
      rule: 'an admission that could not lock is rung when it may try again',
      scenario: 'reservation/queued',
      limits: { preemptions: 1 },
    },
    { rule: 'whoever queues for one lock of a set is rung for it', scenario: 'reservation/queued-for-one' },
    {
      rule: 'a lock set in an event loop comes through beside one that blocks',
      scenario: 'reservation/pumped-sets',
      limits: { killAgents: ['blocking'] },
    },
    {
      rule: 'three lock sets in a ring come through',
      scenario: 'reservation/three-sets',
      limits: { preemptions: 1 },
    },
  ],
};

export const reservation: Primitive = {
  name: 'reservation',
  modules: ['src/reservation/reservation.ts', 'src/reservation/foreign-points.ts'],
  foundBy: { 'count-stored-before-the-entry': 'reservation/full' },
  explorations: [
    {
      rule: 'foreign points take their places in one step, also if the writer dies',
      scenario: 'reservation/foreign',
      short: { preemptions: 0 },
    },
    {
      rule: 'a full list has no room until something in it is over',
      scenario: 'reservation/full',
      limits: { preemptions: 1 },
    },
    {
      rule: 'readers without the lock find what is pending, once, also if the writer dies',
      scenario: 'reservation/collecting',
      limits: { preemptions: 0 },
    },
    { isLong: true, rule: 'readers are never given a mix of two lists', scenario: 'reservation/overtaken' },
    { rule: 'who waits for a write learns that it failed', scenario: 'reservation/waiting', short: { preemptions: 0 } },
  ],
};
