/**
 * A linear framebuffer: a part of RAM that the screen shows, 32 bits per pixel, so that drawing costs a guest no more than
 * any store. Nothing answers at ports or registers; the operating system learns of it from the boot information.
 */
import type { BoardHost } from '../../seams/board.ts';
import type { AddressRange } from '../layout.ts';
import { stolenMemory } from '../layout.ts';

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

export class Framebuffer {
  readonly memory: AddressRange;

  constructor(
    readonly size: ScreenSize,
    memoryBytes: number,
    private readonly host: BoardHost,
  ) {
    this.memory = stolenMemory(memoryBytes, size.width * size.height * 4);
  }

  get address(): number {
    return this.memory.start;
  }

  /** The picture now: rows of blue, green, red, unused. */
  pixels(): Uint8Array {
    return this.host.readMemory(this.memory.start, this.size.width * this.size.height * 4);
  }
}
