/**
 * What the desk needs of a rented instance: the seam between a utility process and an assembled stack.
 *
 * The process keeps the records (names, tags, tasks, history); a world does what only a stack can do. Long work reports to
 * the `Work` it was given and stops soon after `work.check()` throws. A refusal is thrown as `Refusal`.
 */

import type { Refusal } from '../base/refusal.ts';
import type { Snapshot } from '../contract/calls-machines.ts';
import type { Capacity, Disk, Instance, Machine, MachineChange, MachineSettings, MachineState, Nic } from '../contract/fleet.ts';
import type { ExitRow } from '../contract/gauges.ts';
import type { Capture, Forward, Lease, Network, Volume } from '../contract/storage.ts';
import type { NamedFile } from '../guests/boot/placement.ts';
import type { Codecs } from '../guests/boot/unpack/unpack.ts';
import type { BlockStore, ByteStream } from '../seams/plugs.ts';

/** One piece of long work, as whoever does it sees it. */
export interface Work {
  /** `of` 0: nobody can know how much there is. */
  progress(done: number, of: number, step: string): void;
  say(line: string): void;
  /** Throws the refusal `cancelled` if the person has cancelled. To be called often. */
  check(): void;
}

/** Files of a world; paths are within its folder. Failures are refusals. */
export interface WorldFiles {
  /** Whole or not at all, and on the disk when it returns. */
  write(path: string, pieces: Iterable<Uint8Array>): void;
  /** Undefined: there is no such file. */
  read(path: string): Uint8Array | undefined;
  remove(path: string): void;
  /** A copy that shares what it can with the original on this computer's disk; nothing if there is no original. */
  copy(from: string, to: string): void;
  /**
   * A sparse disk image of so many bytes, made if it is not there; it begins as the disk `begin` of the library, '' is empty.
   * @throws Refusal `disk-name` if there is no such disk
   */
  disk(path: string, bytes: number, begin: string): BlockStore & { close(): void };
  /** Copies a disk image of this world to a new file of the person's, piece by piece; it has its name when it is whole. */
  exportDisk(path: string, to: string, format: 'raw' | 'qcow2'): Iterable<{ done: number; of: number }>;
  /** A disk image of the person's, by its full path. */
  ownDisk(path: string, readOnly: boolean): BlockStore & { close(): void };
  /** Bytes that a file takes on the disk; 0 if there is none. */
  size(path: string): number;
}

/** What a world needs and cannot get by itself: files, and the clock on the wall. */
export interface Provisions {
  /** The interpreter, compiled. */
  wasm(): Uint8Array;
  readonly codecs: Codecs;
  /** @throws Refusal if there is no such image and it cannot be made */
  image(name: string): { readonly kernel: NamedFile; readonly ramdisk: NamedFile | undefined; readonly commandLine: string };
  readonly files: WorldFiles;
  /** Milliseconds of wall time, from any origin. */
  wall(): number;
  /** Seconds since 1970. */
  epoch(): number;
  /** Lets other work of the process happen, and resolves after at least so many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

/** What a world may use of the process it lives in. */
export interface WorldHost {
  readonly provisions: Provisions;
  readonly instance: Instance;
  /** Files of this world alone; survives the process. */
  readonly folder: string;
  readonly dataFolder: string;
  /** The machine changed by itself: its guest shut down, crashed, got an address, drew its first picture. */
  changed(machine: string, change: { state?: MachineState; reason?: string; address?: string; hasScreen?: boolean }): void;
  /** A disk of a machine failed on this computer; its guest sees an error, and both go on. */
  diskFailed(machine: string, refusal: Refusal): void;
  /** The instance itself ended (its kernel powered off or crashed). */
  ended(reason: string): void;
}

export interface LayOptions {
  readonly globalPages: boolean;
  readonly perCpuUpcalls: boolean;
}

/** Without what nesting makes dear. */
export const USUAL_OPTIONS: LayOptions = { globalPages: false, perCpuUpcalls: true };

export interface World {
  /** Boots the rented container. Called once, before anything else; null if machines need a Blanket first. */
  power(work: Work): Promise<Capacity | null>;
  /** Brings back what `save` wrote. False: there is nothing, or it is of another version; `power` is called then. */
  restore(options: LayOptions, work: Work): Promise<boolean>;
  /** Writes everything that is needed to go on in another process. Returns only when it is on the disk. */
  save(work: Work): Promise<void>;
  layBlanket(options: LayOptions, work: Work): Promise<Capacity>;
  /** Makes a machine, stopped. */
  create(machine: Machine, work: Work): Promise<void>;
  /** Resolves when the guest has booted and waits for something to do, or when it has had long enough for that. */
  settled(machine: string, work: Work): Promise<void>;
  /**
   * Makes machines from a running or stopped one, sharing what is equal; `made` is told of each.
   * @throws Refusal `not-cloned` if this one can have no clones
   */
  clone(from: string, machines: readonly Machine[], work: Work, made: (machine: Machine) => Promise<void>): Promise<void>;
  act(
    machine: string,
    action: 'start' | 'shutdown' | 'reboot' | 'pause' | 'resume' | 'off' | 'reset' | 'save' | 'restore',
    work: Work,
  ): Promise<void>;
  remove(machine: string): Promise<void>;
  /** Settings that took effect at once; the others wait for the next start. */
  adjust(machine: string, change: MachineChange): readonly (keyof MachineSettings)[];
  state(machine: string): MachineState;
  /** A console; the same object each time. Undefined: there is none (yet). */
  console(unit: string, line: 'serial' | 'boot'): ByteStream | undefined;
  /** The same object as long as the guest keeps its screen. */
  screen(unit: string): Screen | undefined;
  /** Gauges of every unit since the last call, in the order of the contract. */
  sample(): { virtualSeconds: number; rows: { unit: string; values: number[] }[] };
  exits(unit: string): ExitRow[];
  /** Works for at most so many milliseconds of wall time; returns how long nothing will be to do. */
  run(milliseconds: number): number;
  /** Absent parts are refused with a sentence. */
  readonly networks?: WorldNetworks;
  readonly volumes?: WorldVolumes;
  readonly snapshots?: WorldSnapshots;
  readonly captures?: WorldCaptures;
  readonly devices?: WorldDevices;
  readonly store?: WorldStore;
}

/** What a guest shows, and its keyboard and pointer. One consumer: the service, which serves any number of windows. */
export interface Screen {
  /** Dots; a guest that sets another mode changes them, and everything counts as changed. */
  readonly width: number;
  readonly height: number;
  /** The smallest span of rows with all that changed since the last call, as RGBA; undefined: nothing did. */
  changes(): { from: number; count: number; pixels: Uint8ClampedArray } | undefined;
  /** A key by position (W3C UI Events code); codes that the guest's keyboard has not are ignored. */
  key(code: string, down: boolean): void;
  /** Dots of the screen; `buttons` as in DOM events (1 left, 2 right, 4 middle), `wheel` notches downwards. */
  pointer(x: number, y: number, buttons: number, wheel: number): void;
}

export interface WorldNetworks {
  list(): { networks: Network[]; leases: Lease[]; forwards: Forward[] };
  create(network: Omit<Network, 'id' | 'state' | 'machines' | 'instance' | 'outside'>): Network;
  remove(network: string): void;
  addForward(forward: Omit<Forward, 'id'>): Forward;
  removeForward(forward: string): void;
}

export interface WorldVolumes {
  list(): Volume[];
  /** Refused while the machine writes. `to` is a full path of the person's. */
  export(machine: string, disk: string, format: 'raw' | 'qcow2', to: string, work: Work): Promise<void>;
}

export interface WorldSnapshots {
  list(machine: string): Promise<Snapshot[]>;
  take(machine: string, name: string, note: string, work: Work): Promise<void>;
  revert(machine: string, snapshot: string, work: Work): Promise<void>;
  remove(machine: string, snapshot: string): Promise<void>;
}

/** Plugging while a machine lives; one that is off has the device at its next start. */
export interface WorldDevices {
  /** Opens the disk and says how big it is, in MiB. */
  attachDisk(machine: string, disk: Disk): number;
  /** Resolves when the guest has let go of it. */
  detachDisk(machine: string, disk: string, work: Work): Promise<void>;
  attachNic(machine: string, nic: Nic): void;
  detachNic(machine: string, nic: string, work: Work): Promise<void>;
}

/** XenStore as the control domain sees it. Undefined: there is no such node. */
export interface WorldStore {
  read(path: string): string | undefined;
  list(path: string): readonly string[] | undefined;
  write(path: string, value: string): void;
  remove(path: string): void;
}

export interface WorldCaptures {
  list(machine: string): Capture[];
  start(machine: string, nic: string): string;
  /** The capture as a pcap file; `missed` packets came after it was full. */
  stop(capture: string): { bytes: Uint8Array; packets: number; missed: number };
}

/** How a world of one kind comes to be. */
export type WorldMaker = (host: WorldHost) => World;
