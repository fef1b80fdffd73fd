/** Makes one measure of the window and prints its readings as a line of JSON: `npm run bench -- window` runs it. */
import build from '../build.ts';
import { MEASURES } from './measures.ts';

const [name = ''] = process.argv.slice(2);
const measure = MEASURES[name];
if (measure === undefined) throw new Error(`there is no measure '${name}': ${Object.keys(MEASURES).join(', ')}`);
build();
console.log(JSON.stringify(await measure()));
process.exit(0);
