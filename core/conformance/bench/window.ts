/** The subject `window`: what the desktop application costs, driven on the real layers; each measure is a run of e2e/budgets. */
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../base/refusal.ts';
import { measureProcess } from './measured-process.ts';
import type { Bound, Case, Readings, Subject } from './subject.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Seconds that a measure may take; 40 machines boot from one template. */
const LONGEST = 900;

async function measured(measure: string): Promise<Readings> {
  const { status, output, errors } = await measureProcess(
    process.execPath,
    [`${ROOT}node_modules/tsx/dist/cli.mjs`, `${ROOT}e2e/budgets/main.ts`, measure],
    { timeout: LONGEST },
  );
  if (status !== 0)
    throw new Refusal(
      'measure-failed',
      `The measure '${measure}' ended with status ${status}: ${errors.slice(-500)}`,
      `Try: npx tsx e2e/budgets/main.ts ${measure}`,
    );
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Readings;
}

const one = (name: string, measure: string, ...bounds: Omit<Bound, 'of'>[]): Case => ({
  name,
  contestants: [{ name: 'blanket', run: () => measured(measure) }],
  bounds: bounds.map((bound) => ({ ...bound, of: 'blanket' })),
});

export const window: Subject = {
  summary: 'what the window costs on the real layers: launch, 1,000 rows, idle machines, echo of a key, a loud console',
  cases: () => [
    one('launch to a usable window', 'launch', { quantity: 'wall', atMost: 3 }),
    one('a list of 1,000 machines scrolls', 'rows', { quantity: 'rate', atLeast: 50 }),
    one('40 idle machines shown', 'idle', { quantity: 'idle', atMost: 25 }, { quantity: 'beside', atMost: 1500 }),
    one('echo of a key with 10 machines running, median', 'echo', { quantity: 'answer', atMost: 50 }),
    one('another console answers while 200,000 lines pour into one', 'loud', { quantity: 'answer', atMost: 1000 }),
  ],
};
