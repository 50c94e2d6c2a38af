import type { ProcessRuntime } from '../../../shared/app/process/make-process-runtime.ts';
import type { ElementFate } from '../../../shared/app/process/process-desk.ts';
import type { Process as ProcessFunction } from '../../../shared/core/process/process.ts';
import type { Model } from '../model.ts';
import type { Process } from '../process.ts';
import { makeWire, type WireWorld } from '../wire.ts';
import type { Sent } from './program.ts';
import type { PlannedSourceDeed, SourceDeed } from './source-plan.ts';

/** A process of the operating system that takes elements. */
export type Intake = { readonly process: Process; readonly runtime: ProcessRuntime };

export type SourceWorld = WireWorld & { readonly model: Model; readonly startIntake: () => Intake };

const fn = ({ runtime }: Intake, name: string): ProcessFunction => runtime.desk.find(name) as ProcessFunction;

/** What sources were promised of a partition. */
export type Shown = { readonly process: string; readonly partition: string; timestamp: number };

/** A call takes so long at most where nothing makes it late: some slow calls of the store, and others at the same keys (P7). */
const ANSWERED_MS = 8_000;

/** The sources of all processes: each repeats a call until it is answered, or gives up. */
export const makeSources = (world: SourceWorld, deeds: readonly PlannedSourceDeed[]) => {
  const { timeline, model, scene } = world;
  // Who lost an answer waits until its own writer may do no more.
  const isPrompt = scene.mild && !scene.on.has('F27');
  const { call, withTries } = makeWire(world, world.startIntake);
  const shown = new Map<string, Shown>();
  const advanced = new Map<string, number>();
  let open = deeds.length;

  const take = (sent: Sent, fate: ElementFate | undefined): void => {
    const { id } = sent.draft;
    const ended = fate?.kind === 'failed' ? 'failed' : 'taken';
    if (fate === undefined || fate.kind === 'refused' || (ended === 'failed') !== sent.poison)
      model.violate('P10', `${id} is ${JSON.stringify(fate)}`, id);
    sent.fate = ended;
  };

  const send = async ({ process, partition, sent }: SourceDeed & { kind: 'send' }): Promise<void> => {
    const what = `elements of ${process} ${partition}: ${sent.map(({ draft }) => draft.id).join(' ')}`;
    const drafts = sent.map(({ draft }) => draft);
    const askedAt = timeline.now();
    const fates = await withTries(what, (api) =>
      call(api, what, () => api.runtime.desk.submit(fn(api, process), drafts, partition)),
    );
    if (!fates) return;
    const tookMs = timeline.now() - askedAt;
    if (isPrompt && tookMs > ANSWERED_MS) model.violate('P7', `${what} took ${tookMs} ms`, sent[0]?.draft.id);
    for (const [n, one] of sent.entries()) take(one, fates[n]);
    const name = `${process} ${partition}`;
    const counted = sent.flatMap(({ draft, future, poison }) => (future || poison ? [] : (draft.timestamp ?? [])));
    const timestamp = Math.max(shown.get(name)?.timestamp ?? Number.NEGATIVE_INFINITY, ...counted);
    shown.set(name, { process, partition, timestamp });
  };

  const advance = async ({ process, partition, watermark }: SourceDeed & { kind: 'advance' }): Promise<void> => {
    const what = `watermark ${watermark} of ${process} ${partition}`;
    const done = await withTries(what, (api) =>
      call(api, what, () => api.runtime.desk.advance(fn(api, process), { input: 'main', partition }, watermark)),
    );
    if (done)
      advanced.set(`${process} ${partition}`, Math.max(watermark, advanced.get(`${process} ${partition}`) ?? 0));
  };

  /** Ends the input of a process, however long it takes. */
  const end = async (process: string): Promise<void> => {
    const what = `the end of ${process}`;
    let ended: number | undefined;
    while (ended === undefined) {
      ended = await withTries(what, (api) => call(api, what, () => api.runtime.desk.end(fn(api, process))));
    }
  };

  for (const { at, deed } of deeds) {
    timeline.at(at, () => {
      void (deed.kind === 'send' ? send(deed) : advance(deed)).finally(() => {
        open -= 1;
      });
    });
  }
  return { open: () => open, shown, advanced, end };
};
