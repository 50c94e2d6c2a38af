/** A bug that is put into the real code: `find` must stand there exactly once. */
export type Plant = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

export const PLANTS: readonly Plant[] = [
  {
    name: 'no lease: a unit that is held is taken all the same',
    file: 'shared/core/segment/lease.ts',
    find: 'last.until > 0 && now < freeFrom',
    replace: 'last.until > 0 && now < 0 * freeFrom',
  },
  {
    name: 'no close fence: what is stored behind the close is not announced',
    file: 'shared/app/store-entries.ts',
    find: "if ((await appendRecord(engine.store, unit, { record, expiresAt })) === 'stored') return;",
    replace: 'return;',
  },
  {
    name: 'Failed[] ignored: a bucket counts as opened although its hints were refused',
    file: 'shared/app/tick/make-tick.ts',
    find: 'return (await sendHints(tick.engine, hints)).length === 0;',
    replace: 'return (await sendHints(tick.engine, hints)).length >= 0;',
  },
  {
    name: 'UnprocessedItems ignored: a bulk is acknowledged although a batch of it failed',
    file: 'shared/app/intake.ts',
    find: 'failure ??= error;',
    replace: 'void error;',
  },
  {
    name: 'mark before send: an attempt counts as sent when it starts',
    file: 'shared/app/send/target-gates.ts',
    find: 'gate.deps.conclude(job, outcome);',
    replace: "gate.deps.conclude(job, { kind: 'sent' });",
  },
  {
    name: 'no catch-up: the sweep looks at the last five buckets only',
    file: 'shared/app/tick/make-tick.ts',
    find: 'for (let minute = tick.cursor.settledThrough + 1;',
    replace: 'for (let minute = Math.max(tick.cursor.settledThrough + 1, last - 5);',
  },
  {
    name: 'TTL as truth: whatever is still stored is still to be sent',
    file: 'shared/app/send/work-unit.ts',
    find: "if (now >= startOf(unit.segment.minute) + engine.retentionMs) return 'settled';",
    replace: 'void startOf;',
  },
  {
    name: 'unstable id: a retry goes out under the id of its new place',
    file: 'shared/app/send/fire.ts',
    find: 'messageId: item.id ?? messageIdAt(entry.idPrefix, index)',
    replace: 'messageId: messageIdAt(entry.idPrefix, index)',
  },
  {
    name: 'cursor over enqueued: settledThrough passes buckets that are merely opened',
    file: 'shared/app/tick/make-tick.ts',
    find: '&& units.every(isSettled)) {',
    replace: '&& units.every(() => true)) {',
  },
  {
    name: 'seconds for milliseconds: hints wait a thousand times too long',
    file: 'shared/app/hints.ts',
    find: 'Math.floor(delayMs / 1000)',
    replace: 'Math.floor(delayMs)',
  },
  {
    name: 'missing epoch check: an owner that lost its lease goes on logging',
    file: 'shared/app/send/checkpoint.ts',
    find: 'if (record.epoch !== run.last.epoch || !record.announced) return false;',
    replace: 'run.last = record;\n    if (!record.announced) continue;',
  },
  {
    name: 'catch-and-go-on: a carry that was not stored counts as carried out',
    file: 'shared/app/send/carry-out.ts',
    find: 'await storeEntries(engine, entries, record.at);',
    replace: 'await storeEntries(engine, entries, record.at).catch(() => undefined);',
  },
  {
    name: 'first page only: what does not fit a page is not read',
    file: 'shared/app/unit-journal.ts',
    find: "while (take(page) !== 'enough' && page.next !== undefined) page = await",
    replace: "take(page);\n  if (page.next === '') page = await",
  },
  {
    name: 'no clock re-read after the put: the fences are passed before the entries are stored',
    file: 'shared/app/intake.ts',
    find: 'await engine.store.putMany(batch.map(({ item }) => item));\n',
    replace:
      'const fenced = await passFences(engine, batch.map(({ place }) => place));\n        await engine.store.putMany(batch.map(({ item }) => item));\n        if (fenced) return void (await sendHints(engine, fenced));\n',
  },
  {
    name: 'late lane never swept: only scheduled entries are driven again',
    file: 'shared/app/tick/survey.ts',
    find: 'return [...scheduled, ...late];',
    replace: 'return late.length > 0 ? scheduled : scheduled;',
  },
  {
    name: 'own write not recognised: a lost answer counts as a lost lease',
    file: 'shared/app/unit-journal.ts',
    find: "recordOf(there).nonce === entry.record.nonce ? 'stored' : 'conflict'",
    replace: "recordOf(there).nonce === '' ? 'stored' : 'conflict'",
  },
  {
    name: 'confirmed too early: what a crash left undone is not done again',
    file: 'shared/core/segment/unit-log.ts',
    find: 'record.seq > confirmed && hasWorkToConfirm(record)',
    replace: 'record.seq > confirmed + 1 && hasWorkToConfirm(record)',
  },
  {
    name: 'cancel not read: tombstones are ignored',
    file: 'shared/app/send/fire.ts',
    find: 'run.tombstones.has(delivery.messageId)',
    replace: "run.tombstones.has(delivery.messageId + '-')",
  },
  {
    name: 'cancel read too early: a minute before the message is due',
    file: 'shared/core/segment/timing.ts',
    find: 'readAheadMs: 1_000',
    replace: 'readAheadMs: 60_000',
  },
  {
    name: 'dead letters are not stored',
    file: 'shared/app/send/carry-out.ts',
    find: "if (letter) await engine.store.put(letter, 'absent');",
    replace: 'void letter;',
  },
  {
    name: 'a millisecond early',
    file: 'shared/app/send/fire.ts',
    find: 'entry.nextDue <= at.now && isReady',
    replace: 'entry.nextDue <= at.now + 1 && isReady',
  },
  {
    name: 'at most once, tried again after a lost answer',
    file: 'shared/app/send/judge-outcome.ts',
    find: 'attempt.atMostOnce && outcome.effectPossible',
    replace: 'attempt.atMostOnce && outcome.effectPossible && !outcome.retryable',
  },
  {
    name: 'a repeated call resolves its times anew',
    file: 'shared/app/idempotency.ts',
    find: 'const taken = { ...there,',
    replace: 'const taken = { ...there, acceptedAt: first.acceptedAt,',
  },
  {
    name: 'the started bit of at-most-once messages is not looked at',
    file: 'shared/app/send/fire.ts',
    find: 'atMostOnce && entry.started && hasBit(entry.started, index)',
    replace: 'atMostOnce && entry.started && hasBit(entry.started, index + 4096)',
  },
  {
    name: 'rate limit forgotten: jobs start without a slot',
    file: 'shared/app/send/target-gates.ts',
    find: 'if (rate === undefined) {',
    replace: 'if (rate !== 0) {',
  },
  {
    name: 'Retry-After not honoured',
    file: 'shared/app/send/judge-outcome.ts',
    find: 'outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }',
    replace: 'outcome.retryAfterMs === undefined ? {} : { retryAfterMs: 0 }',
  },
  {
    name: 'counted twice: what the sweep has counted counts again where a writer came late',
    file: 'shared/app/tick/make-tick.ts',
    find: 'uncountedOf(log, counted)',
    replace: 'uncountedOf(log, Math.min(counted, -1))',
  },
  {
    name: 'a wrong clock stays wrong: a process that refuses everything never learns that it was put right',
    file: 'shared/app/clock-check.ts',
    find: "  await engine.store.get({ table: 'control', pk: 'clock', sk: '-' });\n",
    replace: '',
  },
  {
    name: 'a missed slot is kept: after an outage everything paced starts at once',
    file: 'shared/app/send/fire.ts',
    find: ' && now - item.dueAt <= SLOT_KEPT_MS',
    replace: ' && SLOT_KEPT_MS > 0',
  },
  {
    name: 'a key that is used again with another body writes over what a worker has in hand',
    file: 'shared/app/entry-packer.ts',
    find: 'entryIdOf(...identity, sealed, fingerprintOf(members))',
    replace: 'entryIdOf(...identity, sealed + 0 * fingerprintOf(members))',
  },
  {
    name: 'a reference is taken back although its commit may have been stored without an answer',
    file: 'shared/app/put-keyed.ts',
    find: 'mayStand = true;\n        const ended = await commit(engine, { key, token, message, reference, over });\n',
    replace:
      "const ended = await commit(engine, { key, token, message, reference, over });\n        mayStand = 'record' in ended;\n",
  },
  {
    name: 'notAfter is not looked at where a message waits for its turn',
    file: 'shared/app/send/target-gates.ts',
    find: 'if (job.notAfter !== undefined && now > job.notAfter) return expire(gate, job);',
    replace: 'void expire;',
  },
  {
    name: 'cursor over anything: of two ticks at once the slower one undoes the other',
    file: 'shared/app/tick/cursor.ts',
    find: "(await engine.store.put(item, next.version === 0 ? 'absent' : next.version)) === 'stored'",
    replace: "(await engine.store.put(item, 'any')) === 'stored'",
  },
  {
    name: 'shards of an older deployment: whoever uses fewer says that there are no more',
    file: 'shared/app/tick/cursor.ts',
    find: 'there.shards >= engine.shards',
    replace: 'there.shards === engine.shards',
  },
  {
    name: 'a call that is repeated after a deployment spreads its entries over the shards of that',
    file: 'shared/app/intake.ts',
    find: 'shards: claim.shards',
    replace: 'shards: engine.shards + 0 * claim.shards',
  },
  {
    name: 'a settled unit is taken again',
    file: 'shared/core/segment/lease.ts',
    find: "if (last.settled) return { kind: 'settled' };",
    replace: "if (last.settled && last.epoch < 0) return { kind: 'settled' };",
  },
  {
    name: 'a unit that cannot be worked on takes its whole batch with it',
    file: 'functions/serve-unit.ts',
    find: "telemetry.note('error', event, describeError(error));\n    return false;",
    replace: 'void describeError(event);\n    throw error;',
  },
  {
    name: 'a local time that happens twice, or not at all, is always the later one',
    file: 'shared/core/time/local-time.ts',
    find: "if (policy === 'earlier' || policy === 'later') return placement[policy];",
    replace: "if (policy === 'earlier' || policy === 'later') return placement.later;",
  },
  {
    name: 'no guard: a reference is void although its writer may still commit it',
    file: 'shared/app/send/judge-reference.ts',
    find: "if ((await engine.store.put(item, stored?.version ?? 'absent')) === 'stored') return { kind: 'void' };",
    replace: "if (item && key !== '') return { kind: 'void' };",
  },
];
