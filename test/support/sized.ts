import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether `npm run test:slow` runs the file, once more and at its full size. */
    fullSize?: boolean;
  }
}

/** What `npm test` takes of a test, or all of it in `npm run test:slow`, which runs the files that `FULL_SIZE` names. */
export const sized = <T>(some: T, all: T): T => (inject('fullSize') ? all : some);
