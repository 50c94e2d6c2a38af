declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** `path`: the directory of the database; in memory when absent. */
  export default function dynalite(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}
