import { isTTY, progress } from '@clack/prompts';

/** Shows on standard error how far a long thing is. */
export type ProgressDisplay = {
  update(done: number, remark: string): void;
  end(): void;
};

const LINE_EVERY_MS = 5_000;

/** A bar on a terminal, else a line now and then. */
export function startProgress(total: number): ProgressDisplay {
  const textOf = (done: number, remark: string) => [`${done} of ${total} sent`, remark].filter(Boolean).join(', ');
  return isTTY(process.stderr) ? startBar(total, textOf) : startLines(textOf);
}

type TextOf = (done: number, remark: string) => string;

function startBar(total: number, textOf: TextOf): ProgressDisplay {
  const bar = progress({ style: 'block', max: total, size: 40, output: process.stderr });
  let shown = 0;
  let text = textOf(0, '');
  bar.start(text);
  return {
    update: (done, remark) => {
      text = textOf(done, remark);
      bar.advance(done - shown, text);
      shown = done;
    },
    end: () => bar.stop(text),
  };
}

function startLines(textOf: TextOf): ProgressDisplay {
  let shownAt = 0;
  let text = '';
  const show = () => {
    shownAt = Date.now();
    process.stderr.write(`${text}\n`);
  };
  return {
    update: (done, remark) => {
      text = textOf(done, remark);
      if (Date.now() - shownAt >= LINE_EVERY_MS) show();
    },
    end: show,
  };
}
