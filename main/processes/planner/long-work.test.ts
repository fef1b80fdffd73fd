/** Long work lets others be served, is left for what is asked later, and goes on where it was. */
import { expect, it } from 'vitest';
import { LongWork } from './long-work.ts';

/** Milliseconds of one step of the work below. */
const STEP = 4;

function* counting(to: number): Generator<number, string> {
  for (let count = 1; count <= to; count += 1) {
    for (const end = performance.now() + STEP; performance.now() < end; );
    yield count;
  }
  return `counted to ${to}`;
}

it('lets what came in meanwhile be done before it ends, whatever else goes on', async () => {
  const done: string[] = [];
  const [one, other] = [new LongWork(counting), new LongWork(counting)];
  const works = [one, other].map((work) => work.goOn(12).then(() => done.push('work')));
  setImmediate(() => done.push('quick'));
  await Promise.all(works);
  expect(done).toEqual(['quick', 'work', 'work']);
});

it('goes on where it was, and ends with its answer', async () => {
  const work = new LongWork(counting);
  const seen: number[] = [];
  const three = (count: number): boolean => seen.push(count) % 3 === 0;
  expect(await work.goOn(5, three)).toBeUndefined();
  expect(seen).toEqual([1, 2, 3]);
  expect(await work.goOn(5, three)).toEqual({ done: true, value: 'counted to 5' });
  expect(seen).toEqual([1, 2, 3, 4, 5]);
  await work.goOn(5, () => true);
  expect(seen).toHaveLength(5);
});

it('is left when something else is asked', async () => {
  const work = new LongWork(counting);
  const first = work.goOn(1000);
  const second = work.goOn(2);
  await expect(first).rejects.toMatchObject({ code: 'superseded' });
  expect(await second).toMatchObject({ value: 'counted to 2' });
});

it('answers all who ask the same', async () => {
  const work = new LongWork(counting);
  const answers = await Promise.all([work.goOn(4), work.goOn(4)]);
  expect(answers.map((it) => it?.value)).toEqual(['counted to 4', 'counted to 4']);
});
