/** A job of a workload: its number in the workload, when it is due (epoch ms), and a payload as our own benches have. */
export type Job = { readonly n: number; readonly due: number; readonly text: string };

/** What a worker tells of each job at the moment its handler starts. */
export type OnStart = (job: Job) => void;

export type Closable = { close(): Promise<void> };

export type Producer = Closable & {
  /** Stores jobs as one bulk call. */
  add(jobs: readonly Job[]): Promise<unknown>;
};

/** A queue that Meridian is measured beside. */
export type Peer = {
  /** Also the name of its package. */
  readonly name: string;
  readonly server: 'redis' | 'postgres';
  /** The settings that differ from its defaults, for the table. */
  readonly settings: string;
  /** What it does that Meridian does not. */
  readonly credit: string;
  /** Jobs in one bulk call. */
  readonly bulk: number;
  /** Creates what it needs in an empty server. */
  produce(url: string): Promise<Producer>;
  work(url: string, onStart: OnStart): Promise<Closable>;
};
