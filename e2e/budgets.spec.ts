/** What may be spent, measured and printed: start, idle, a thousand rows, an echo, a loud console. Scripted worlds: the window's own cost. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PlanScenario } from '../core/contract/plan-scenario.ts';
import { fleetOf, until } from './fleet.ts';
import { expect, start, test } from './launch.ts';
import { MachineWindow } from './pages/machine.ts';

/** Figures of time depend on what else the machine does: `npm test` leaves them out. */
const BUDGET = { tag: '@budget' };

/** Moves of a slider, and how busy machines are in each hour of the day. */
const MOVES = 60;
const DAY = Array.from({ length: 24 }, (_, hour) => 1 + Math.min(hour, 24 - hour) / 6);

const results: Record<string, string> = {};
const note = (name: string, value: string): void => {
  results[name] = value;
  console.log(`${name}: ${value}`);
};
test.afterAll(() => writeFileSync(resolve(import.meta.dirname, '../dist/budgets.json'), JSON.stringify(results, null, 2)));

/** Processor time of the processes and their descendants, in seconds. */
function processorSeconds(root: number): { seconds: number; megabytes: number } {
  const children = (pid: number): number[] => {
    try {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter((it) => it !== '')
        .map(Number);
    } catch {
      return [];
    }
  };
  const all: number[] = [];
  for (const queue = [root]; queue.length > 0; ) {
    const pid = queue.pop() ?? 0;
    all.push(pid);
    queue.push(...children(pid));
  }
  let ticks = 0;
  let pages = 0;
  for (const pid of all) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      ticks += Number(stat[11]) + Number(stat[12]);
      pages +=
        Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) -
        Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[2]);
    } catch {
      // It has just ended.
    }
  }
  return { seconds: ticks / 100, megabytes: (pages * 4096) / 1e6 };
}

test('launch to a usable window', BUDGET, async () => {
  const at = Date.now();
  const desk = await start();
  await desk.window.getByRole('button', { name: 'Rent an instance' }).waitFor();
  const took = Date.now() - at;
  note('launch to usable window', `${took} ms`);
  expect(took).toBeLessThan(3000);
  await desk.close();
});

test('a killed process is noticed', BUDGET, async () => {
  const desk = await start();
  const id = await fleetOf(desk, 1);
  const own = async () => (await desk.call('process.list', {})).find((it) => it.id === `world:${id}`);
  const { pid } = (await own()) ?? {};
  const at = Date.now();
  process.kill(pid ?? 0, 'SIGKILL');
  await until('it is noticed', async () => ((await own())?.restarts ?? 0) > 0);
  const took = Date.now() - at;
  note('a killed process is noticed', `${took} ms`);
  expect(took).toBeLessThan(2000);
  await desk.close();
});

test('a thousand rows scroll smoothly', BUDGET, async () => {
  test.setTimeout(120_000);
  const desk = await start({ env: { BLANKET_SCRIPTED_STEP: '0' } });
  for (let round = 0; round < 5; round++) {
    const id = await fleetOf(desk, 0, { type: 'm2.4xlarge', name: `host-${round}` });
    await desk.call('blanket.partition', {
      instance: id,
      count: 200,
      start: false,
      template: null,
      order: { name: `vm-${round}`, image: 'default', vcpus: 1, memoryMib: 128, diskMib: 0, network: 'default' },
    });
  }
  await until('a thousand machines', async () => (await desk.call('fleet.read', {})).machines.length === 1000, 60_000);
  await desk.window.getByRole('treegrid').waitFor();
  await desk.window.waitForTimeout(1500);
  const { rate, slowest, rows } = await desk.window.evaluate(
    () =>
      new Promise<{ rate: number; slowest: number; rows: number }>((finish) => {
        const box = document.querySelector('.grid-scroll');
        const times: number[] = [];
        let last = performance.now();
        const from = last;
        const step = (now: number): void => {
          times.push(now - last);
          last = now;
          if (box !== null) box.scrollTop += 60;
          if (now - from < 3000) requestAnimationFrame(step);
          else
            finish({
              rate: (times.length / (now - from)) * 1000,
              slowest: Math.max(...times),
              rows: document.querySelectorAll('.line').length,
            });
        };
        requestAnimationFrame(step);
      }),
  );
  note('1,000 rows: frames a second', rate.toFixed(0));
  note('1,000 rows: slowest frame', `${slowest.toFixed(0)} ms, ${rows} rows drawn`);
  expect(rate).toBeGreaterThan(50);
  await desk.close();
});

test('forty machines, idle, and an echo among them', BUDGET, async () => {
  test.setTimeout(120_000);
  const desk = await start();
  await fleetOf(desk, 40);
  const machine = new MachineWindow(desk.window);
  await machine.open('i1.1');
  await expect(machine.screen).toContainText('root@vm-01');
  const echoes: number[] = [];
  await desk.window.locator('.xterm-helper-textarea').focus();
  for (const key of 'abcdefghijklmnopqrst') {
    const at = Date.now();
    await desk.window.keyboard.press(key);
    await desk.window.waitForFunction(
      (wanted) => document.querySelector('.xterm-rows')?.textContent?.includes(wanted) === true,
      `# ${'abcdefghijklmnopqrst'.slice(0, echoes.length + 1)}`,
      { polling: 4 },
    );
    echoes.push(Date.now() - at);
  }
  const median = echoes.sort((a, b) => a - b)[10] ?? 0;
  note('echo of a key with 40 machines, median', `${median} ms`);
  expect(median).toBeLessThan(50);
  await desk.window.evaluate(() => {
    location.hash = '/machines';
  });
  await desk.window.waitForTimeout(2000);
  const before = processorSeconds(desk.app.process().pid ?? 0);
  await desk.window.waitForTimeout(10_000);
  const after = processorSeconds(desk.app.process().pid ?? 0);
  note('idle with 40 machines shown, of one core', `${((after.seconds - before.seconds) * 10).toFixed(0)} %`);
  note('memory of all processes, shared pages once', `${after.megabytes.toFixed(0)} MB`);
  expect(after.megabytes).toBeLessThan(1500);
  await desk.close();
});

test('a slider in a plan of 1,000 machines, while the pictures of the last move are reckoned', BUDGET, async () => {
  test.setTimeout(120_000);
  const desk = await start();
  const plan = (mean: number): PlanScenario => ({
    provider: 'gce-kvm',
    type: 'c3-standard-176',
    instances: 2,
    guests: [
      { name: 'web', count: 600, memoryMb: 1024, load: { mean, burst: 0.8 }, hourly: DAY, correlation: 0.05 },
      { name: 'batch', count: 300, vcpus: 2, memoryMb: 2048, load: { mean: 0.2 }, hourly: [...DAY].reverse() },
      { name: 'idle', count: 100, memoryMb: 512, load: { mean: 0.01 } },
    ],
    baseline: { type: 'e2-small' },
  });
  const times: number[] = [];
  for (let move = 0; move < MOVES; move++) {
    const scenario = plan(0.1 + move / 1000);
    const at = performance.now();
    await desk.call('plan.evaluate', { scenario });
    times.push(performance.now() - at);
    // Refused, and no matter, as soon as the next move asks for its own; the last is cut off by the end.
    const counts = Array.from({ length: 48 }, (_, index) => 1 + 30 * index);
    desk.envelope('plan.pictures', { scenario, counts }).catch(() => undefined);
  }
  const sorted = times.sort((a, b) => a - b);
  const late = sorted[Math.floor(MOVES * 0.95)] ?? 0;
  note(
    '1,000 machines: a move of a slider, median and 95th percentile',
    `${(sorted[MOVES >> 1] ?? 0).toFixed(0)} ms, ${late.toFixed(0)} ms`,
  );
  expect(late).toBeLessThan(100);
  await desk.close();
});

test('a loud console leaves the others responsive', BUDGET, async () => {
  const desk = await start();
  await fleetOf(desk, 2);
  const machine = new MachineWindow(desk.window);
  await machine.open('i1.1');
  await expect(machine.screen).toContainText('root@vm-1');
  const at = Date.now();
  await machine.type('seq 200000');
  await machine.open('i1.2');
  await expect(machine.screen).toContainText('root@vm-2');
  await machine.type('hostname');
  await expect(machine.screen).toContainText('vm-2\n', { useInnerText: true });
  note('another console answers while 200,000 lines pour', `${Date.now() - at} ms, opening it included`);
  expect(Date.now() - at).toBeLessThan(5000);
  await desk.close();
});
