/** Takes one line of the story; nothing is built where nobody listens. */
export type Trace = (line: () => string) => void;
