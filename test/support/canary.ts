import type { MessageDesk } from '../../shared/app/message-desk.ts';
import { readSealed } from '../../shared/app/sealed-text.ts';
import { recordOf } from '../../shared/app/unit-journal.ts';
import type { NewMessage } from '../../shared/core/message/new-message.ts';
import type { Item, ItemStore } from '../../shared/ports/item-store.ts';
import type { OutcomeBus } from '../../shared/ports/outcome-bus.ts';
import type { PointerQueue } from '../../shared/ports/pointer-queue.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

/*
 * P23, over the whole suite: the worlds, clients and runtimes of the tests put one text into every payload and header
 * and another into every secret, and watch all that is not made to carry them: notes, metrics, log lines, refusals,
 * hints, log records, dead letters' reasons. What is found fails the test in which it was (see `no-canary-leak.ts`).
 */

/** In payloads and headers. */
export const CANARY = 'canary-in-a-payload';

/** In signing secrets, 24 bytes, so that its base64 is the same wherever a secret starts with it. */
export const SECRET_CANARY = 'canary-in-signing-secret';

const SECRET_FORMS = [SECRET_CANARY, Buffer.from(SECRET_CANARY).toString('base64')];
const CARRIED_FORMS = [CANARY, Buffer.from(CANARY).toString('base64').slice(0, -4)];

/** Looks for a secret that was made at random from now on, in the test files that follow in this process too. */
export const watchAsSecret = (secret: string): void => {
  SECRET_FORMS.push(secret.replace(/^whsec_/, ''));
};

const leaks: string[] = [];

/** Everything that was found since the last call. */
export const takeLeaks = (): string[] => leaks.splice(0);

const search = (where: string, text: string, forms: readonly string[]): void => {
  if (forms.some((form) => text.includes(form))) leaks.push(`${where}: ${text.slice(0, 500)}`);
};

/** Notes a leak where a text that should hold neither payloads nor secrets holds one. */
export const watchText = (where: string, text: string): void =>
  search(where, text, [...CARRIED_FORMS, ...SECRET_FORMS]);

/** As `watchText`, for a text that may show payloads and headers. */
export const watchForSecrets = (where: string, text: string): void => search(where, text, SECRET_FORMS);

/** Telemetry whose every call is looked at. */
export const watchTelemetry = <T extends Telemetry>(telemetry: T): T => ({
  ...telemetry,
  count: (metric, value, target) => {
    watchText(`metric ${metric}`, target ?? '');
    telemetry.count(metric, value, target);
  },
  note: (level, event, fields) => {
    watchText(`note ${event}`, JSON.stringify(fields ?? {}));
    telemetry.note(level, event, fields);
  },
});

/** Of a dead letter only the message itself may hold what the caller sent. */
const deadLetterText = (item: Item): string => {
  const letter = readSealed<{ item?: object }>(item);
  return letter === undefined ? '' : JSON.stringify({ ...letter, item: { ...letter.item, headers: undefined } });
};

/** What of a stored item is no place for payloads, headers and secrets. */
const watchedPart = (item: Item): string => {
  const { table, pk, sk, doc = '' } = item;
  // Keys and broadcast state hold what processes keep and put out.
  if (table === 'keys' || pk === 'targets' || pk.startsWith('broadcast#')) return '';
  if (pk.startsWith('dead#')) return deadLetterText(item);
  if (table === 'segments' && sk.startsWith('J#') && item.body) return JSON.stringify(recordOf(item));
  return doc;
};

const watchItem = (item: Item): void => {
  watchText('key', `${item.pk} ${item.sk}`);
  watchText(`item ${item.pk} ${item.sk}`, watchedPart(item));
};

/** A store whose every write is looked at. */
export const watchStore = <T extends ItemStore>(store: T): T => ({
  ...store,
  put: (item, expect) => {
    watchItem(item);
    return store.put(item, expect);
  },
  putMany: (items) => {
    items.forEach(watchItem);
    return store.putMany(items);
  },
});

/** A queue whose every hint is looked at. */
export const watchQueue = <T extends PointerQueue>(queue: T): T => ({
  ...queue,
  send: (hints) => {
    for (const { body } of hints) watchText('hint', body);
    return queue.send(hints);
  },
});

/** A bus whose every event is looked at: it tells what became of a message, and never a byte of it. */
export const watchOutcomes = (bus: OutcomeBus | undefined): OutcomeBus | undefined =>
  bus && {
    publish: (outcomes) => {
      watchText('outcome', JSON.stringify(outcomes));
      return bus.publish(outcomes);
    },
  };

/** Headers that every request, target and message of the tests has. */
export const CANARY_HEADERS = { 'x-canary': CANARY } as const;

const OPEN = `{"canary":"${CANARY}","payload":`;

const carrying = (message: NewMessage): NewMessage => ({
  ...message,
  headers: { ...CANARY_HEADERS, ...message.headers },
  payload: `${OPEN}${message.payload}}`,
});

/** What objects that processes put out end with. */
const PUT_OUT = new RegExp(`,?"canary":"${CANARY}"`, 'g');

/** The payload as the test, or its process, gave it. */
export const withoutCanary = (payload: string): string =>
  (payload.startsWith(OPEN) ? payload.slice(OPEN.length, -1) : payload).replace(PUT_OUT, '');

/** A desk that puts the canary into the headers and around the payload of every message. */
export const carryingDesk = (desk: MessageDesk): MessageDesk => ({
  ...desk,
  putKeyed: (key, message) => desk.putKeyed(key, carrying(message)),
  openIntake: async (request) => {
    const intake = await desk.openIntake(request);
    return { ...intake, add: (message) => intake.add(carrying(message)) };
  },
});

/** JSON text with the canary in every payload, and every value of an element, that is an object. */
export const carryingJson = (text: string): string =>
  text.replace(/"(payload|value)":\{(\s*)(?=(["}]))/g, (_, name: string, space: string, next: string) => {
    const comma = next === '}' ? '' : ',';
    return `"${name}":{"canary":"${CANARY}"${comma}${space}`;
  });
