/** How one check ended. */
export type Row = {
  readonly run: string;
  readonly check: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** What was found, or why it failed. */
  readonly detail: string;
};

/** Takes the checks of all runs; one that fails does not stop the others. */
export function makeReport(progress: (line: string) => void) {
  const rows: Row[] = [];
  return {
    rows,
    /** True where the check passed. */
    async check(run: string, check: string, work: () => Promise<string>): Promise<boolean> {
      const startedAt = performance.now();
      let passed = true;
      let detail: string;
      try {
        detail = await work();
      } catch (error) {
        passed = false;
        detail = causesOf(error);
      }
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      rows.push({ run, check, passed, seconds, detail });
      progress(`${passed ? 'passed' : 'FAILED'}  ${run}: ${check} (${seconds} s) ${detail}`);
      return passed;
    },
  };
}

export type Report = ReturnType<typeof makeReport>;

function causesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const more = error.cause === undefined ? '' : ` (${causesOf(error.cause)})`;
  return `${error.name}: ${error.message}${more}`;
}
