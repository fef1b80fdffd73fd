/**
 * RCPPS, RCPSS, RSQRTPS, RSQRTSS: their bits differ between processors, so the real one and the emulated one are both held
 * to the manual: a relative error of at most 1.5 * 2^-12, and fixed results for what is not a normal number (SDM vol. 2).
 */
import { afterAll, expect, it } from 'vitest';
import { type Random, random } from '../../base/random.ts';
import { createEngine } from '../../hardware/cpu/engine.ts';
import { hotWasm } from '../../hardware/testing/hot-wasm.ts';
import { type Answer, type Case, STATE_BYTES, State, WINDOW_BYTES } from './case.ts';
import { emulated } from './emulated.ts';
import { nativeOracle } from './native.ts';
import { noComputers } from './streams.ts';

const SEED = 1;
const CASES = 2000;
const BOUND = 1.5 * 2 ** -12;
const SMALLEST_NORMAL = 2 ** -126;
const XMM = State.fx + 160;
const MXCSR = State.fx + 24;

// rcpps xmm0, xmm1; rsqrtps xmm2, xmm1; rcpss xmm3, xmm1; rsqrtss xmm4, xmm1; int3
const CODE = Uint8Array.of(0x0f, 0x53, 0xc1, 0x0f, 0x52, 0xd1, 0xf3, 0x0f, 0x53, 0xd9, 0xf3, 0x0f, 0x52, 0xe1, 0xcc);
const RESULTS = [
  { name: 'RCPPS', register: 0, lanes: 4, exact: (x: number) => 1 / x },
  { name: 'RSQRTPS', register: 2, lanes: 4, exact: (x: number) => 1 / Math.sqrt(x) },
  { name: 'RCPSS', register: 3, lanes: 1, exact: (x: number) => 1 / x },
  { name: 'RSQRTSS', register: 4, lanes: 1, exact: (x: number) => 1 / Math.sqrt(x) },
] as const;

const oracle = nativeOracle();
afterAll(() => oracle.close());

function randomCase(chance: Random): Case {
  const state = new Uint8Array(STATE_BYTES);
  const view = new DataView(state.buffer);
  view.setBigUint64(State.rflags, 0x202n, true);
  view.setUint16(State.fx, 0x37f, true);
  view.setUint32(MXCSR, 0x1f80, true);
  for (let lane = 0; lane < 4; lane++) {
    const special = [
      0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0001, 0xffa0_0001, 1, 0x807f_ffff, 0x0080_0000, 0x7f7f_ffff,
    ];
    view.setUint32(XMM + 16 + 4 * lane, chance.chance(0.2) ? chance.pick(special) : chance.u32(), true);
  }
  return { state, code: CODE, window: new Uint8Array(WINDOW_BYTES), text: 'rcpps; rsqrtps', undefinedFlags: 0, instructions: 5 };
}

/** What a lane has to be: exactly this, or within the bound of it. */
function expected(x: number, exact: (x: number) => number): number {
  if (Number.isNaN(x)) return Number.NaN;
  // Numbers below the normal ones count as zero.
  const source = Math.abs(x) < SMALLEST_NORMAL ? (Object.is(x, -0) || x < 0 ? -0 : 0) : x;
  if (exact(4) === 0.5) return source < 0 ? Number.NaN : Object.is(source, -0) ? Number.NEGATIVE_INFINITY : exact(source);
  return exact(source);
}

function offences(each: Case, answer: Answer, who: string): string[] {
  const before = new DataView(each.state.buffer, each.state.byteOffset);
  const after = new DataView(answer.state.buffer, answer.state.byteOffset);
  return RESULTS.flatMap(({ name, register, lanes, exact }) =>
    Array.from({ length: lanes }, (_, lane) => {
      const x = before.getFloat32(XMM + 16 + 4 * lane, true);
      const got = after.getFloat32(XMM + 16 * register + 4 * lane, true);
      const want = expected(x, exact);
      // A result below the normal numbers may be given as zero.
      const tiny = Math.abs(want) < SMALLEST_NORMAL * (1 + BOUND) && Math.abs(got) < SMALLEST_NORMAL * (1 + BOUND);
      const good = Object.is(got, want) || tiny || Math.abs(got - want) <= BOUND * Math.abs(want);
      return good ? '' : `${who}: ${name}(${x}) is ${got}, not ${want}`;
    }).filter((text) => text !== ''),
  );
}

it(`reciprocals are as near as the manual promises, on both (seed ${SEED})`, () => {
  const engine = createEngine(hotWasm(), {
    memoryBytes: 2 ** 28,
  });
  const machine = emulated({ ...engine, createComputer: noComputers });
  const chance = random(SEED);
  const cases = Array.from({ length: CASES }, () => randomCase(chance));
  const answers = oracle.run(cases);
  const found = cases.flatMap((each, index) => {
    const real = answers[index];
    return [...(real === undefined ? ['no answer'] : offences(each, real, 'real')), ...offences(each, machine.run(each), 'ours')];
  });
  expect(found.slice(0, 10)).toEqual([]);
});
