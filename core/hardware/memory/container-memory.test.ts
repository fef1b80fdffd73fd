/** Memory that frames share, as several processors see it: what one writes, and what is shared or given up, all see at once. */
import { expect, it } from 'vitest';
import { random } from '../../base/random.ts';
import { CODE, DATA, frameOf, program } from '../testing/program.ts';

const SEED = 7;
const STEPS = 3000;
const FRAMES = 4;
/** mov eax, [rbx]; ud2 */
const READ = '8b 03 0f 0b';
/** mov [rbx], eax; ud2 */
const WRITE = '89 03 0f 0b';
const WRITE_AT = CODE + 4;
const RAX = 0;
const RBX = 3;

it(`shows every processor the same (seed ${SEED})`, () => {
  const chance = random(SEED);
  const p = program(`${READ} ${WRITE}`);
  const cpus = [p.context, p.another(), p.another()];
  const model = new Array<number>(FRAMES).fill(0);
  const addressOf = (frame: number): number => DATA + 0x1000 * frame;
  const run = (rip: number, frame: number, value = 0): number => {
    const cpu = cpus[chance.below(cpus.length)] ?? p.context;
    cpu.registers[RAX] = BigInt(value);
    cpu.registers[RBX] = BigInt(addressOf(frame));
    cpu.rip = BigInt(rip);
    p.engine.run(cpu, 100);
    return Number(cpu.registers[RAX]);
  };
  const steps: readonly ((frame: number, step: number) => void)[] = [
    (frame) => expect(run(CODE, frame)).toBe(model[frame]),
    (frame, step) => {
      run(WRITE_AT, frame, step);
      model[frame] = step;
    },
    (frame) => {
      const from = chance.below(FRAMES);
      p.memory.share(frameOf(addressOf(from)), frameOf(addressOf(frame)));
      model[frame] = model[from] ?? 0;
    },
    (frame, step) => {
      p.memory.writeU32(addressOf(frame), step);
      model[frame] = step;
    },
    (frame) => {
      p.memory.discard(frameOf(addressOf(frame)));
      model[frame] = 0;
    },
  ];
  // Reads come more often than what makes them wrong.
  for (let step = 1; step <= STEPS; step++) steps[Math.max(0, chance.below(8) - 3)]?.(chance.below(FRAMES), step);
  expect(model.map((_, frame) => p.memory.readU32(addressOf(frame)))).toEqual(model);
});

it('lets a processor that ran shared code run what another has written over it', () => {
  // jmp rbx; at DATA: mov al, 5; ud2
  const p = program('ff e3 89 03 0f 0b');
  const other = p.another();
  p.load(DATA, 'b0 05 0f 0b');
  p.memory.share(frameOf(DATA), frameOf(DATA + 0x1000));
  const seen = (): number => {
    p.context.rip = BigInt(CODE);
    p.context.registers[RAX] = 0n;
    p.context.registers[RBX] = BigInt(DATA);
    p.run();
    return Number(p.register(RAX));
  };
  expect(seen()).toBe(5);
  // mov [rbx], eax: mov al, 9; ud2
  other.rip = BigInt(CODE + 2);
  other.registers[RBX] = BigInt(DATA);
  other.registers[RAX] = 0x0b0f_09b0n;
  p.engine.run(other, 100);
  expect(seen()).toBe(9);
  expect(p.memory.readU32(DATA + 0x1000)).toBe(0x0b0f_05b0);
});
