/** What the window costs, measured on the real layers; each measure starts an application of its own and ends it. */
import { gaugeIndex } from '../../core/contract/gauges.ts';
import { fleetOf, until } from '../fleet.ts';
import { folderWithImage } from '../image.ts';
import { type Started, start } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { usageOf } from './processes.ts';

/** By the quantities of core/conformance/bench/subject.ts. */
export type Reading = Record<string, number>;

const PATIENCE = 300_000;
const IDLE_MACHINES = 40;
const ECHO_MACHINES = 10;
const ROWS = 1000;
const LINES = 200_000;
const WATCHED_SECONDS = 10;
const SETTLE_MS = 3000;
const MEGABYTES_PER_MIB = 1.048576;

/** Scrolls the list with every picture for 3 s; gives pictures a second. As text: a compiler would name its function, which a page cannot. */
const SCROLL = `new Promise((finish) => {
  const box = document.querySelector('.grid-scroll');
  const from = performance.now();
  let pictures = 0;
  requestAnimationFrame(function step(now) {
    pictures += 1;
    box.scrollTop += 60;
    if (now - from < 3000) requestAnimationFrame(step);
    else finish((pictures / (now - from)) * 1000);
  });
})`;

const real = (): Promise<Started> => start({ worlds: 'real', folder: folderWithImage() });

async function ended(desk: Started): Promise<void> {
  await desk.call('settings.write', { change: { onClose: 'discard' } });
  await desk.app.close();
}

/** The papers' instance, cut into machines of 128 MiB that wait at their prompts. */
async function machinesAtPrompt(desk: Started, count: number): Promise<string> {
  const id = await fleetOf(desk, count, { patience: PATIENCE, memoryMib: 128, diskMib: 0 });
  const window = new MachineWindow(desk.window);
  for (const number of [1, count]) {
    await window.open(`${id}.${number}`);
    await window.prompt(PATIENCE);
  }
  return id;
}

async function launch(): Promise<Reading> {
  const folder = folderWithImage();
  const at = performance.now();
  const desk = await start({ worlds: 'real', folder });
  await desk.window.getByRole('button', { name: 'Rent an instance' }).waitFor();
  const wall = (performance.now() - at) / 1000;
  await ended(desk);
  return { wall };
}

async function rows(): Promise<Reading> {
  const desk = await real();
  await fleetOf(desk, ROWS, { patience: PATIENCE, memoryMib: 128, diskMib: 0, start: false });
  await desk.window.getByRole('treegrid').waitFor();
  // What is told of a thousand new machines has been drawn by then.
  await desk.window.waitForTimeout(SETTLE_MS);
  const rate = await desk.window.evaluate<number>(SCROLL);
  await ended(desk);
  return { rate };
}

async function idle(): Promise<Reading> {
  const desk = await real();
  const id = await machinesAtPrompt(desk, IDLE_MACHINES);
  // A clone that goes on takes its own name and asks for an address: until then it is not idle.
  await until(
    'every machine has its address',
    async () => (await desk.call('fleet.read', {})).machines.every(({ address }) => address !== ''),
    PATIENCE,
  );
  await desk.window.evaluate(() => {
    location.hash = '/machines';
  });
  await desk.window.waitForTimeout(SETTLE_MS);
  const pid = desk.app.process().pid ?? 0;
  const before = usageOf(pid);
  await desk.window.waitForTimeout(WATCHED_SECONDS * 1000);
  const after = usageOf(pid);
  const { readings } = await desk.call('metrics.latest', { instance: id });
  const own = readings?.rows.find((row) => row.unit === id)?.values ?? [];
  // What clones share is counted as beside: it is there once, and the gauge counts it for each.
  const guests = own[gaugeIndex.memory] ?? 0;
  await ended(desk);
  return {
    idle: ((after.seconds - before.seconds) / WATCHED_SECONDS) * 100,
    beside: after.megabytes - guests * MEGABYTES_PER_MIB,
  };
}

/** Milliseconds from a key to its letter in the console: the median of twenty. */
async function echo(): Promise<Reading> {
  const desk = await real();
  const id = await machinesAtPrompt(desk, ECHO_MACHINES);
  const machine = new MachineWindow(desk.window);
  await machine.open(`${id}.1`);
  await machine.prompt(PATIENCE);
  const took: number[] = [];
  const keys = 'abcdefghijklmnopqrst';
  for (const [index, key] of [...keys].entries()) {
    const at = performance.now();
    await desk.window.keyboard.press(key);
    await desk.window.waitForFunction(
      (wanted) => document.querySelector('.xterm-rows')?.textContent?.includes(wanted) === true,
      `# ${keys.slice(0, index + 1)}`,
      { polling: 4 },
    );
    took.push(performance.now() - at);
  }
  await ended(desk);
  return { answer: took.sort((a, b) => a - b)[keys.length / 2] ?? Number.NaN };
}

/** Milliseconds until another console answers while one pours. */
async function loud(): Promise<Reading> {
  const desk = await real();
  const id = await machinesAtPrompt(desk, 2);
  const machine = new MachineWindow(desk.window);
  await machine.open(`${id}.1`);
  await machine.type(`seq ${LINES} >/tmp/lines`);
  await machine.prompt(PATIENCE);
  await machine.type('cat /tmp/lines');
  await machine.open(`${id}.2`);
  const at = performance.now();
  await machine.type('echo $((6 * 7))');
  await until('it answers', async () => (await machine.lines()).includes('42'), PATIENCE);
  const answer = performance.now() - at;
  await ended(desk);
  return { answer };
}

export const MEASURES: Readonly<Record<string, () => Promise<Reading>>> = { launch, rows, idle, echo, loud };
