/** The command behind `npm run conformance`: long comparisons of instruction semantics with this computer's CPU. */
import { parseArgs } from 'node:util';
import { nativeOracle } from './native.ts';
import { compareStreams } from './streams.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() & 0x7fff_ffff) },
    instructions: { type: 'string', default: '10000000' },
    longest: { type: 'string', default: '8' },
    show: { type: 'string', default: '10' },
    only: { type: 'string' },
    translate: { type: 'string', default: '0' },
  },
});
const oracle = nativeOracle();
const report = await compareStreams(oracle, {
  seed: Number(values.seed),
  instructions: Number(values.instructions),
  longest: Number(values.longest),
  mostMismatches: Number(values.show),
  translateAfter: Number(values.translate),
  ...(values.only === undefined ? {} : { only: new RegExp(values.only) }),
});
oracle.close();
for (const { text, code, differences } of report.mismatches)
  console.log(`${text}\n  ${code}\n${differences.map((line) => `    ${line}`).join('\n')}`);
console.log(
  `seed ${values.seed}: ${report.instructions} instructions in ${report.programs} programs, ${report.mismatches.length} differ`,
);
process.exitCode = report.mismatches.length === 0 ? 0 : 1;
