/** One thing that is wrong with an input: where (RFC 6901 pointer), a stable code, a sentence for people. */
export type Issue = { readonly pointer: string; readonly code: string; readonly detail: string };

/** A refusal in the terms of RFC 9457: status, stable code, sentence; never a byte of the payload. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { issues?: readonly Issue[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.issues = more.issues ?? [];
    this.headers = more.headers ?? {};
  }
}

/** The problem of one field: `issue(422, 'BEYOND_HORIZON', '/at', '…')`. */
export const fieldProblem = (status: number, code: string, pointer: string, detail: string): Problem =>
  new Problem(status, code, detail, { issues: [{ pointer, code, detail }] });
