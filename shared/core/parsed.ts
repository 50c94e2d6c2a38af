/** Why an input was refused: a stable code and a sentence that says what is allowed and how to put it right. */
export type Refusal<Code extends string = string> = {
  readonly ok: false;
  readonly code: Code;
  readonly detail: string;
};

/** What reading an input gave: its value, or a refusal. Readers of outside input return this and never throw. */
export type Parsed<T, Code extends string = string> = { readonly ok: true; readonly value: T } | Refusal<Code>;

export const accepted = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const refused = <Code extends string>(code: Code, detail: string): Refusal<Code> => ({
  ok: false,
  code,
  detail,
});
