/** An instance with the Blanket on it whose time runs as fast as this computer can: for tests and measurements without a wall. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { ENGINE } from '../../cli/shipped.ts';
import type { Flavour, Instance, Machine } from '../../contract/fleet.ts';
import { dataFolder } from '../../host/data-folder.ts';
import { provisionsFrom } from '../../host/provisions.ts';
import { USUAL_OPTIONS, type Work } from '../../worlds/desk.ts';
import type { Fabric } from '../../worlds/fabric.ts';
import { InstanceWorld } from '../../worlds/instance/instance-world.ts';
import { kvmOutfit, type Outfitter } from '../../worlds/outfit.ts';
import { xenOutfit } from '../../worlds/xen-outfit.ts';

/** Milliseconds by which the clock on the wall seems to go on at each look: the world, which looks twice a step, is never ahead. */
const TICK = 2.5;
/** Milliseconds of virtual time between two looks at what is waited for. */
const LOOK = 20;
const LATEST_OUTPUT = 64 * 1024;

const OUTFITS: Readonly<Record<'kvm' | 'xen', Outfitter>> = { kvm: kvmOutfit, xen: xenOutfit };

export interface FastOptions {
  readonly flavour?: 'kvm' | 'xen';
  readonly cpus?: number;
  readonly memoryMib?: number;
  /** Files of the machines; a new folder, gone at the end, if none is named. */
  readonly folder?: string;
  /** The provider's network; one of its own if none is named. */
  readonly fabric?: Fabric;
}

export const work: Work = { progress: () => undefined, say: () => undefined, check: () => undefined };

/** A machine's record; all that matters not is empty. */
export const machineRecord = (number: number, settings: Partial<Machine> = {}): Machine => ({
  id: `i1.${number}`,
  instance: 'i1',
  name: `vm-${number}`,
  state: 'stopped',
  reason: '',
  image: 'default',
  address: '',
  vcpus: 1,
  memoryMib: 96,
  weight: 256,
  cap: 0,
  autostart: false,
  protected: false,
  tags: [],
  group: '',
  note: '',
  commandLine: 'quiet',
  disks: [],
  nics: [],
  createdAt: 0,
  pending: {},
  clonedFrom: null,
  hasScreen: false,
  ...settings,
});

export class FastInstance {
  readonly world: InstanceWorld;
  readonly #folder: string;
  readonly #own: boolean;
  readonly #outputs = new Map<string, string>();
  #others: readonly FastInstance[] = [];

  constructor(options: FastOptions = {}) {
    const { flavour = 'kvm', cpus = 1, memoryMib = 1024 } = options;
    this.#own = options.folder === undefined;
    this.#folder = options.folder ?? mkdtempSync(join(tmpdir(), 'blanket-instance-'));
    let wall = 0;
    const told = (step: string): void => void process.stderr.write(`${step} ...\n`);
    this.world = new InstanceWorld(
      {
        instance: { ...blank, flavour, vcpus: cpus, memoryMib },
        provisions: {
          ...provisionsFrom({ engine: ENGINE, dataFolder: dataFolder(), folder: this.#folder, tell: told }),
          wall: () => {
            wall += TICK;
            return wall;
          },
          epoch: () => EPOCH,
          wait: (milliseconds) => this.#pass(milliseconds),
        },
        folder: this.#folder,
        dataFolder: dataFolder(),
        changed: () => undefined,
        diskFailed: (_machine, refusal) => {
          throw refusal;
        },
        ended: () => undefined,
      },
      OUTFITS[flavour],
      options.fabric,
    );
  }

  async lay(): Promise<void> {
    await this.world.layBlanket(USUAL_OPTIONS, work);
  }

  /** Makes a machine, listens to its console, and starts it. */
  async boot(machine: Machine): Promise<void> {
    await this.world.create(machine);
    this.listen(machine.id);
    await this.world.act(machine.id, 'start', work);
  }

  listen(id: string): void {
    this.world.console(id, 'serial')?.onData((bytes) => {
      this.#outputs.set(id, ((this.#outputs.get(id) ?? '') + Buffer.from(bytes).toString('latin1')).slice(-LATEST_OUTPUT));
    });
  }

  /** Types a line. */
  type(id: string, line: string): void {
    this.world.console(id, 'serial')?.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Waits for text on a console and takes it and all before it away. @throws Error after so many virtual seconds */
  async expect(id: string, text: RegExp, seconds = 60): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await this.until(
      () => {
        found = text.exec(this.#outputs.get(id) ?? '');
        return found !== null;
      },
      seconds,
      () => `${id} did not print ${text}; its last words:\n${(this.#outputs.get(id) ?? '').slice(-1500)}`,
    );
    const match = found as RegExpExecArray | null;
    if (match === null) throw new Error('nothing was found');
    this.#outputs.set(id, match.input.slice(match.index + match[0].length));
    return match;
  }

  /** What a shell command prints; the shell must be at its prompt. */
  async run(id: string, command: string, seconds = 60): Promise<string> {
    // The marks are cut in two, so that the echo of the line is not taken for its answer.
    this.type(id, `echo "<""<"; ${command}; echo "==""$?=="`);
    const [, printed = ''] = await this.expect(id, /<<\r?\n([\s\S]*?)==\d+==/, seconds);
    return printed.replace(/\r/g, '');
  }

  /** What was printed so far is not waited for any more. */
  forget(id: string): void {
    this.#outputs.delete(id);
  }

  async until(done: () => boolean, seconds: number, complaint: () => string): Promise<void> {
    for (let passed = 0; !done(); passed += LOOK / 1000) {
      if (passed > seconds) throw new Error(complaint());
      await this.#pass(LOOK);
    }
  }

  /** Lets so many seconds of virtual time pass. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds * 1000; left > 0; left -= SLICE) await this.#pass(Math.min(left, SLICE));
  }

  /** From now on the time of the others passes with that of this one. */
  accompany(...others: readonly FastInstance[]): void {
    this.#others = others;
  }

  async #pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= SHARE) {
      for (const { world } of [this, ...this.#others]) world.run(Math.min(left, SHARE));
    }
    await turn();
  }

  close(): void {
    if (this.#own) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Milliseconds of virtual time that an instance may be ahead of the others. */
const SHARE = 5;
/** Milliseconds of virtual time after which what else waits in this process has its turn. */
const SLICE = 1000;
/** 2026-01-01. */
const EPOCH = Date.UTC(2026, 0, 1) / 1000;

const blank: Instance = {
  id: 'i1',
  name: 'fast',
  provider: '',
  flavour: 'kvm' satisfies Flavour,
  type: '',
  region: '',
  state: 'ready',
  reason: '',
  rentedAt: 0,
  readyAt: null,
  endedAt: null,
  pricePerHour: 0,
  currency: 'USD',
  vcpus: 1,
  ecu: null,
  memoryMib: 1024,
  diskGib: 0,
  capacity: null,
  tags: [],
  note: '',
  restarts: 0,
};
