import { readFile } from 'node:fs/promises';

/** Clock ticks of `/proc`, always 100 a second on Linux. */
const TICK_MS = 10;

const fieldsOf = async (path: string): Promise<string[]> => {
  const stat = await readFile(path, 'utf8');
  // The name before the last bracket may hold spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/** CPU time that a process has used so far, all threads, milliseconds. Linux only. */
export const cpuMsOf = async (pid: number): Promise<number> => {
  const fields = await fieldsOf(`/proc/${pid}/stat`);
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};

/** Resident memory of a process, MB. Linux only. */
export const rssMbOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
};
