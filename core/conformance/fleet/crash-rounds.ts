/**
 * A guest that writes to an ext4 disk in a process that is killed without warning, again and again: after each kill the file
 * system is whole, and every byte that the guest was told is on the disk is there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from '../../base/random.ts';
import { RunningInstance } from './running-instance.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly provider: string;
  readonly type: string;
  /** Of the disk. */
  readonly mib: number;
}

/** What one round found. */
export interface CrashRound {
  /** Milliseconds of writing before the kill, from the first file that was synced. */
  readonly killedAfter: number;
  /** Files that were synced before the kill, of this round. */
  readonly synced: number;
}

const NAME = 'writer';
const MIB = 2 ** 20;
/** Seconds of wall time. */
const PATIENCE = 240;
/** Exit status of e2fsck: everything was put right. */
const CORRECTED = 1;
/** Milliseconds between the first file on the disk and the kill. */
const KILL = { soonest: 0, latest: 5000 } as const;

/** Writes files of some KiB until it is killed; says which are on the disk, with their sums, after the sync that took them there. */
const WRITE =
  'n=0; while :; do n=$((n+1)); f=$r.$n; dd if=/dev/urandom of=/mnt/$f bs=3k count=$((n%40+1)) 2>/dev/null; sync; echo "on[$(sha256sum /mnt/$f)]disk"; done';
/** What it says of each. */
const ON_DISK = /on\[([0-9a-f]{64}) +(\/mnt\/\S+)\]disk/;
const ON_DISK_ALL = new RegExp(ON_DISK, 'g');

export class CrashRounds {
  readonly #home = mkdtempSync(join(tmpdir(), 'blanket-crash-'));
  readonly #chance: ReturnType<typeof random>;
  /** Sums by path in the guest: all that must be there. */
  readonly #promised = new Map<string, string>();
  #round = 0;

  constructor(private readonly options: CrashOptions) {
    this.#chance = random(options.seed);
  }

  get #disk(): string {
    return join(this.#home, 'disk.raw');
  }

  get #words(): string[] {
    return ['--provider', this.options.provider, '--type', this.options.type, '--end', 'save'];
  }

  /** Makes the disk, and a saved guest that has booted and not yet looked at it: each round goes on from there. */
  async prepare(): Promise<void> {
    writeFileSync(this.#disk, '');
    truncateSync(this.#disk, this.options.mib * MIB);
    execFileSync('mkfs.ext4', ['-q', '-F', this.#disk]);
    const instance = await RunningInstance.start(this.#words, join(this.#home, 'base'));
    const { fleet } = instance;
    const { id } = await fleet.instance(undefined);
    const order = { name: NAME, image: 'default', vcpus: 1, memoryMib: 128, diskMib: 0, network: '' };
    await fleet.work('machine.create', { instance: id, order, start: false });
    const machine = await fleet.machine(NAME);
    await fleet.call('disk.attach', { machine: machine.id, sizeMib: 0, file: this.#disk, readOnly: false });
    await fleet.work('machine.act', { machine: machine.id, action: 'start' });
    await instance.converse(machine.id, 'echo boo""ted', /booted/, PATIENCE);
    await instance.end();
  }

  /** @throws Error that says what was lost */
  async run(): Promise<CrashRound> {
    const round = ++this.#round;
    const folder = join(this.#home, `round-${round}`);
    cpSync(join(this.#home, 'base'), folder, { recursive: true });
    const instance = await RunningInstance.start(this.#words, folder);
    const machine = await instance.fleet.machine(NAME);
    await instance.converse(machine.id, 'mount -t ext4 /dev/xvda /mnt && echo moun""ted', /mounted/, PATIENCE);
    await this.#verify(instance, machine.id);
    const killedAfter = Math.round(KILL.soonest + this.#chance.below(KILL.latest - KILL.soonest));
    const printed = await instance.listen(machine.id, `r=${round}; ${WRITE}`, ON_DISK, PATIENCE, killedAfter);
    await instance.kill();
    const synced = [...printed.matchAll(ON_DISK_ALL)];
    for (const [, sum = '', path = ''] of synced) this.#promised.set(path, sum);
    this.#checkFileSystem(round);
    rmSync(folder, { recursive: true });
    return { killedAfter, synced: synced.length };
  }

  /** The guest reads all that was promised. */
  async #verify(instance: RunningInstance, id: string): Promise<void> {
    // Typed once: the echo of a second line would stand among the sums.
    const sums = 'find /mnt -type f | xargs sha256sum 2>&1; echo "all re""ad"';
    const said = await instance.listen(id, sums, /all read/, PATIENCE, 0);
    const found = new Map([...said.matchAll(/([0-9a-f]{64}) +(\/mnt\/\S+)/g)].map(([, sum = '', path = '']) => [path, sum]));
    for (const [path, sum] of this.#promised) {
      if (found.get(path) !== sum)
        throw new Error(`seed ${this.options.seed}: ${path} was on the disk as ${sum} and is ${found.get(path) ?? 'gone'}`);
    }
  }

  /** On a copy, so that the next guest meets the disk as the kill left it. */
  #checkFileSystem(round: number): void {
    const copy = join(this.#home, 'copy.raw');
    copyFileSync(this.#disk, copy);
    // The first replays the journal, as a mount does, and mends only what a sudden end may leave; the second finds nothing.
    for (const [words, most] of [
      [['-p'], CORRECTED],
      [['-f', '-n'], 0],
    ] as const) {
      const { status, stdout } = spawnSync('e2fsck', [...words, copy], { encoding: 'utf8' });
      if (status === null || status > most)
        throw new Error(`seed ${this.options.seed}, round ${round}: e2fsck ${words.join(' ')} ends with ${status}:\n${stdout}`);
    }
    rmSync(copy);
  }

  /** How many files are promised by now. */
  get promised(): number {
    return this.#promised.size;
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
