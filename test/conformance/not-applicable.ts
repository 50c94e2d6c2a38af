/** Cases that are not replayed, by id. Section numbers are those of the semantics: what it allows to differ. */
export const notApplicable: Readonly<Record<string, string>> = {
  K12: 'Section 9.6: a processing timer at the end of time is refused, so nothing of that call remains.',
  K13: 'Section 9.4: the watermark never goes back.',
  K14: 'Section 9.4: the watermark survives a restart, so event timers do not wait for it again.',
  K14b: 'Section 9.1: overdue timers of a key fire before its next element.',
  K16: 'Section 9.3: a call that throws leaves no output and keeps its timer.',
  X05: 'Section 9.4: the same watermark again is no advance.',
  A09: 'Section 9.8: the total timeout of a call ends it, and is not retried.',
  A10: 'Section 9.8: each call backs off by itself.',
  A13: 'A call beyond what may run at a time waits in the state of its key: neither it nor a watermark blocks the input.',
  C11: 'A broadcast visits no keys; reading its state in keyed calls is tested beside it.',
  W16b: 'Section 9.6: an element without a timestamp has none, not the lowest, so no window takes it.',
  W20: 'Section 9.4: the watermark survives a restart, so what was late before stays late.',
};
