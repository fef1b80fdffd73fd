/** `npx tsx core/conformance/fuzz/main.ts [acts] [seed]`: hostile guests for as long as wanted; a failure prints its seed. */
import { runHostileGuests } from './hostile-run.ts';

const [acts = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const PIECE = 200_000;

const start = performance.now();
const totals = new Map<string, number>();
let done = 0;
for (let turn = 0; done < acts; turn++) {
  const report = runHostileGuests(seed + turn, Math.min(PIECE, acts - done));
  done += report.acts;
  for (const [reason, count] of report.crashes) totals.set(reason, (totals.get(reason) ?? 0) + count);
  if (report.offences.length > 0) {
    process.stdout.write(`seed ${seed + turn}, act ${report.acts}:\n${report.offences.join('\n')}\n`);
    process.exitCode = 1;
    break;
  }
}
const seconds = (performance.now() - start) / 1000;
process.stdout.write(`${done} acts in ${seconds.toFixed(1)} s\n`);
for (const [reason, count] of [...totals].sort((a, b) => b[1] - a[1])) process.stdout.write(`${count}\t${reason}\n`);
