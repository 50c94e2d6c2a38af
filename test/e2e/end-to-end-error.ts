/** The run cannot begin; the message is one sentence that says what is missing and what to do. */
export class EndToEndError extends Error {
  override readonly name = 'EndToEndError';
}
