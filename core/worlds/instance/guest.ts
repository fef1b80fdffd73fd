/** One virtual machine of an instance: its settings, its domain while it has one, and what becomes of it when it ends. */
import type { ShutdownReason } from '../../abi/xen/domains.table.ts';
import { Refusal } from '../../base/refusal.ts';
import type { Machine, MachineState } from '../../contract/fleet.ts';
import type { ManagedDomain, Toolstack } from '../../control/toolstack.ts';
import type { PvKernel } from '../../seams/hypervisor.ts';
import { createPipe, type Pipe } from './pipe.ts';

export interface GuestImage {
  readonly kernel: PvKernel;
  readonly ramdisk: Uint8Array | undefined;
  readonly commandLine: string;
}

const PAGES_PER_MIB = 256;
/** No balloon driver is promised to have run: a domain may not grow beyond what it starts with. */
const CONSOLE = 'console=hvc0';

export class Guest {
  readonly pipe: Pipe = createPipe();
  domain: ManagedDomain | undefined;
  state: MachineState = 'stopped';
  /** Why it is `crashed`, for people. */
  reason = '';

  constructor(
    public machine: Machine,
    private readonly toolstack: Toolstack,
    private readonly image: GuestImage,
  ) {}

  /** Builds the domain and lets it run. */
  start(): void {
    if (this.domain !== undefined)
      throw new Refusal('wrong-state', `${this.machine.name} is running already.`, 'Shut it down first.');
    const { machine, image } = this;
    const made = this.toolstack.create({
      spec: {
        name: machine.name,
        uuid: uuidOf(machine.id),
        pages: machine.memoryMib * PAGES_PER_MIB,
        maximumPages: machine.memoryMib * PAGES_PER_MIB,
        vcpus: machine.vcpus,
        weight: machine.weight,
        cap: machine.cap,
        affinity: undefined,
        kernel: image.kernel,
        ramdisk: image.ramdisk,
        commandLine: `${CONSOLE} ${image.commandLine} ${machine.commandLine}`.trim(),
      },
      onlineVcpus: machine.vcpus,
      console: this.pipe.guest,
    });
    if (typeof made === 'string')
      throw new Refusal('no-room', `${machine.name} cannot be built: ${made}.`, 'Give it less memory, or stop another machine.');
    this.domain = made;
    this.state = 'running';
    this.reason = '';
    made.control.unpause();
  }

  /** Takes the domain away at once, as pulling the plug does. */
  stop(): void {
    if (this.domain !== undefined) this.toolstack.destroy(this.domain);
    this.domain = undefined;
    if (this.state !== 'crashed') this.state = 'stopped';
  }

  /** Asks the guest's kernel. */
  ask(how: 'poweroff' | 'reboot'): void {
    this.toolstack.requestShutdown(this.running(), how);
    if (how === 'poweroff') this.state = 'stopping';
  }

  pause(): void {
    this.running().control.pause();
    this.state = 'paused';
  }

  resume(): void {
    this.running().control.unpause();
    this.state = 'running';
  }

  /** The domain ended by itself. */
  ended(reason: ShutdownReason): void {
    const crash = this.domain?.control.crashReason;
    this.stop();
    if (reason === 'reboot') this.start();
    else if (reason === 'crash') {
      this.state = 'crashed';
      this.reason = crash ?? 'the kernel panicked';
    }
  }

  running(): ManagedDomain {
    if (this.domain === undefined) throw new Refusal('wrong-state', `${this.machine.name} is not running.`, 'Start it first.');
    return this.domain;
  }
}

/** A version-4-shaped identifier that is the same for the same machine in every run. */
function uuidOf(id: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let index = 0; index < id.length; index++)
    bytes[index % 16] = ((bytes[index % 16] ?? 0) * 31 + id.charCodeAt(index)) & 0xff;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}
