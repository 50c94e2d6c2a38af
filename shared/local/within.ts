/** Waits for `work`, but no longer than `ms`; what it throws later is dropped. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise: passed, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await Promise.race([work, passed]);
  } finally {
    clearTimeout(timer);
  }
}
