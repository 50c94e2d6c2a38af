export type ProcessErrorCode =
  | 'CALL_FAILED'
  | 'ASYNC_HANDLER'
  | 'CONTEXT_CLOSED'
  | 'CORRUPT_SNAPSHOT'
  | 'INVALID_DATA'
  | 'INVALID_DEFINITION'
  | 'INVALID_ELEMENT'
  | 'INVALID_TIMER'
  | 'MIGRATION_FAILED'
  | 'NEWER_STATE'
  | 'NO_TIMESTAMP'
  | 'READ_ONLY_STATE'
  | 'STATE_TOO_LARGE'
  | 'TIMER_LOOP'
  | 'TOO_MANY_CALLS'
  | 'TOO_MANY_OUTPUTS'
  | 'TOO_MANY_TIMERS'
  | 'UNDECLARED_CALL'
  | 'UNDECLARED_OUTPUT'
  | 'UNDECLARED_STATE';

/** A process function, or what was fed to it, broke a rule: a stable code and a sentence that says how to put it right. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError';
  readonly code: ProcessErrorCode;

  constructor(code: ProcessErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}
