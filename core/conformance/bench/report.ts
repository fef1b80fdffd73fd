/** What a benchmark prints: a line for each run, then a table of medians and ratios, then the bounds. */
import { tableText } from '../../cli/text-table.ts';
import type { Result, Verdict } from './rounds.ts';
import { QUANTITIES, type QuantityName, type Readings } from './subject.ts';

const figure = (name: QuantityName, value: number | undefined): string =>
  value === undefined ? '-' : value.toFixed(QUANTITIES[name].digits);
const ratio = (ours: number | undefined, theirs: number | undefined): string =>
  ours === undefined || theirs === undefined ? '-' : (ours / theirs).toFixed(2);

export function runLine(contestant: string, round: number, readings: Readings): string {
  const figures = (Object.keys(readings) as QuantityName[]).map(
    (name) => `${name} ${figure(name, readings[name])} ${QUANTITIES[name].unit}`,
  );
  return `  round ${round + 1}  ${contestant.padEnd(12)} ${figures.join(', ')}\n`;
}

export function resultText(result: Result): string {
  const [ours, ...others] = result.standings;
  const quantities = (Object.keys(QUANTITIES) as QuantityName[]).filter((name) =>
    result.standings.some((standing) => standing.median[name] !== undefined),
  );
  const header = [
    'median',
    'unit',
    ...result.standings.map(({ name }) => name),
    ...others.map(({ name }) => `${ours?.name}/${name}`),
  ];
  const rows = quantities.map((name) => [
    name,
    QUANTITIES[name].unit,
    ...result.standings.map(({ median }) => figure(name, median[name])),
    ...others.map(({ median }) => ratio(ours?.median[name], median[name])),
  ]);
  const notes = result.notes.map((note) => `note: ${note}\n`);
  return `${result.case}\n${tableText({ header, rows })}${notes.join('')}${result.verdicts.map(verdictLine).join('')}\n`;
}

function verdictLine({ quantity, of, against, atMost, atLeast, value, holds }: Verdict): string {
  const subject = against === undefined ? `${quantity} of ${of}` : `${quantity}, ${of} by ${against}`;
  const limits = [atMost === undefined ? [] : `at most ${atMost}`, atLeast === undefined ? [] : `at least ${atLeast}`].flat();
  return `${holds ? 'holds' : 'FAILS'}: ${subject}: ${value.toFixed(2)}, ${limits.join(', ')}\n`;
}
