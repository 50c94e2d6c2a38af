import { timeOf } from './console-telemetry.ts';
import type { EchoDelivery } from './echo-receiver.ts';

/** Shows what the echo receiver gets: a line each while few come, else one line a second. */
export type EchoLines = {
  take(delivery: EchoDelivery): void;
  /** Shows what is waiting. */
  end(): void;
};

const PERIOD_MS = 1_000;
const FEW = 5;
const MAX_TEXT_CHARS = 60;

export function makeEchoLines(write: (line: string) => void): EchoLines {
  let singles = FEW;
  let shown = 0;
  let waiting: EchoDelivery[] = [];
  let timer: NodeJS.Timeout | undefined;

  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) write(summary(waiting));
    // After a second in which many came, the next one has no single lines.
    singles = shown + waiting.length > FEW ? 0 : FEW;
    shown = 0;
    waiting = [];
    if (singles < FEW) timer = setTimeout(end, PERIOD_MS).unref();
  };

  return {
    take: (delivery) => {
      timer ??= setTimeout(end, PERIOD_MS).unref();
      if (shown >= singles) {
        waiting.push(delivery);
        return;
      }
      shown += 1;
      write(line(delivery));
    },
    end,
  };
}

function line({ id, key, attempt, receivedAtMs, latenessMs, signature, body }: EchoDelivery): string {
  return [
    timeOf(receivedAtMs),
    `${signed(latenessMs)} ms`.padStart(7),
    `signature ${signature}`,
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    key ?? id,
    preview(body),
  ].join('  ');
}

function summary(deliveries: readonly EchoDelivery[]): string {
  const sorted = deliveries.map(({ latenessMs }) => latenessMs).sort((a, b) => a - b);
  const at = (share: number) => signed(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  const bad = deliveries.filter(({ signature }) => signature !== 'valid').length;
  const lateness = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
  const signatures = bad === 0 ? 'all signatures valid' : `${bad} without a valid signature`;
  return `${timeOf(deliveries.at(-1)?.receivedAtMs ?? 0)}  ${deliveries.length} more  ${lateness}  ${signatures}`;
}

const signed = (ms: number): string => (ms >= 0 ? `+${ms}` : String(ms));

/** The start of a body, with nothing in it that a terminal would obey. */
const preview = (body: Buffer): string => {
  const text = body.toString('utf8', 0, 4 * MAX_TEXT_CHARS).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·');
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
};
