/** What a toolstack may ask of a hypervisor: domains, what they are made of, and their life. */
import type { ShutdownReason } from '../abi/xen/domains.table.ts';
import type { Cycles } from './addresses.ts';
import type { SavedDomain } from './saved-domain.ts';

/** A paravirtual kernel, read from its file: what the builder must know (ELF notes of owner `Xen`). */
export interface PvKernel {
  readonly segments: readonly KernelSegment[];
  /** Linear addresses. */
  readonly entry: bigint;
  readonly virtualBase: bigint;
  /** Subtracted from the physical addresses of segments. */
  readonly physicalOffset: bigint;
  readonly hypercallPage: bigint | undefined;
  /** Where the kernel wants its P2M list; undefined: inside the first mapping. */
  readonly initialP2m: bigint | undefined;
  /** The first module need not be mapped: start_info gives its frame. */
  readonly moduleByFrame: boolean;
  /** Text of the FEATURES note, '' if absent. */
  readonly features: string;
}

export interface KernelSegment {
  /** Physical address (p_paddr). */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes in memory; what the file does not have is zero. */
  readonly size: number;
}

/** What a domain is, whatever its memory is filled with. */
export interface DomainShape {
  readonly name: string;
  /** 16 bytes; chosen by the toolstack so that it is the same in a repeated run. */
  readonly uuid: Uint8Array;
  /** Pages at start, and the most it may ever have. */
  readonly pages: number;
  readonly maximumPages: number;
  readonly vcpus: number;
  readonly weight: number;
  readonly cap: number;
  /** CPUs its vCPUs may use, bit by index; undefined: all. */
  readonly affinity: number | undefined;
  readonly commandLine: string;
}

/** A domain that starts from a kernel. */
export interface DomainSpec extends DomainShape {
  readonly kernel: PvKernel;
  readonly ramdisk: Uint8Array | undefined;
}

/** Where a new domain expects its store and console: frames it owns and ports it allocated for the control domain. */
export interface DomainRings {
  readonly store: { frame: number; port: number };
  readonly console: { frame: number; port: number };
}

export type DomainState = 'paused' | 'running' | 'blocked' | 'shut-down' | 'crashed' | 'dying';

export interface VcpuStatistics {
  readonly state: 'running' | 'runnable' | 'blocked' | 'offline';
  /** Nanoseconds in each of those states. */
  readonly time: readonly [number, number, number, number];
  readonly cpu: number;
}

export interface DomainStatistics {
  readonly pages: number;
  readonly maximumPages: number;
  readonly vcpus: readonly VcpuStatistics[];
  readonly hypercalls: number;
  readonly traps: number;
}

/** One domain in the hands of its toolstack. */
export interface DomainControl {
  readonly id: number;
  readonly name: string;
  readonly state: DomainState;
  /** Only in state `shut-down` or `crashed`. */
  readonly shutdownReason: ShutdownReason | undefined;
  /** Why it crashed, for people. */
  readonly crashReason: string | undefined;
  readonly rings: DomainRings;
  readonly statistics: DomainStatistics;
  /** Hypercalls by name, most frequent first. */
  calls(): readonly { readonly name: string; readonly count: number }[];
  pause(): void;
  unpause(): void;
  /** Frees everything; the number may be used again. Foreign mappings of its pages keep those pages alive. */
  destroy(): void;
  setScheduling(weight: number, cap: number): void;
  /** Only of a suspended domain. `sharing`: pages as frames, for a copy on the same hypervisor. A string says why not. */
  capture(sharing: boolean): SavedDomain | string;
  /** A suspended domain goes on as if it had not been; false if it is not suspended. */
  resume(): boolean;
  /** Sends a non-maskable interrupt to a vCPU. */
  injectNmi(vcpu: number): void;
}

/** A hypervisor that offers paravirtual machines. */
export interface PvHypervisor {
  /** Builds a domain; it is paused. A string says why it cannot be. */
  create(spec: DomainSpec): DomainControl | string;
  /** A domain from its saved form; it is paused. */
  restore(shape: DomainShape, saved: SavedDomain): DomainControl | string;
  domain(id: number): DomainControl | undefined;
  readonly domains: readonly DomainControl[];
  /** Called when a domain shuts down or crashes. */
  onShutdown(listener: (domain: DomainControl) => void): void;
  /** Nanoseconds since the machine was switched on. */
  systemTime(): number;
  readonly freePages: number;
  /** Cycles that no domain used, per CPU, since the start. */
  idle(cpu: number): Cycles;
}
