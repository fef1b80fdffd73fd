/**
 * Memory as several CPUs of a guest make it: a word that the hypervisor has just read may be another one when it is read
 * again. For mistakes of the kind "checked here, used there".
 */
import { FakeMemory } from '../../hypervisors/xen/testing/fake-machine.ts';
import type { MachineFrame } from '../../seams/addresses.ts';

export class FickleMemory extends FakeMemory {
  /** Called after a read of `length` bytes; may change them. Not called for what it reads itself. */
  afterRead: ((address: number, length: number) => void) | undefined;
  private busy = false;

  private wasRead(address: number, length: number): void {
    if (this.afterRead === undefined || this.busy) return;
    this.busy = true;
    this.afterRead(address, length);
    this.busy = false;
  }

  override readU32(address: number): number {
    const value = super.readU32(address);
    this.wasRead(address, 4);
    return value;
  }

  override readU64(address: number): bigint {
    const value = super.readU64(address);
    this.wasRead(address, 8);
    return value;
  }

  override read(address: number, length: number): Uint8Array {
    const value = super.read(address, length);
    this.wasRead(address, length);
    return value;
  }

  /** A view shows what is there; whoever takes another one may see something else. */
  override bytes(frame: MachineFrame, access: 'read' | 'write' = 'read'): Uint8Array {
    if (access === 'read') this.wasRead(frame * 4096, 4096);
    return super.bytes(frame, access);
  }
}
