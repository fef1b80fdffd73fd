/**
 * The PCI transport of a virtio device: the registers behind its memory BAR (virtio 1.1 section 4.1.4).
 *
 * Pure model: it knows registers, queues and the level of its interrupt line; bus and interrupt pin are the wrapper's.
 */
import {
  BAR,
  COMMON,
  type CommonRegister,
  Feature,
  NO_VECTOR,
  NOTIFY_MULTIPLIER,
  Status,
} from '../../abi/virtio/virtio.table.ts';
import { invariant } from '../../base/bug.ts';
import { type GuestMemory, Virtqueue } from './queue.ts';

/** What a device type adds to the transport. */
export interface VirtioFunction {
  readonly type: number;
  /** Feature bits that it offers, besides those of the transport. */
  readonly features: bigint;
  readonly queueSizes: readonly number[];
  /** Bytes of its configuration structure, as they are now. */
  config(): Uint8Array;
  /** Called once when the transport takes it. */
  attach(transport: VirtioTransport): void;
  /** The driver says that queue `index` has something new. */
  notified(index: number): void;
  writeConfig?(offset: number, bytes: Uint8Array): void;
  reset(): void;
}

const ISR_QUEUE = 1;
const ISR_CONFIG = 2;

export class VirtioTransport {
  readonly queues: readonly Virtqueue[];
  #status = 0;
  #isr = 0;
  #deviceFeatureSelect = 0;
  #driverFeatureSelect = 0;
  #driverFeatures = 0n;
  #queueSelect = 0;
  #generation = 0;

  constructor(
    readonly fn: VirtioFunction,
    memory: GuestMemory,
    /** Called with the new level whenever the interrupt line may have changed. */
    private readonly line: (asserted: boolean) => void,
  ) {
    this.queues = fn.queueSizes.map((size) => new Virtqueue(memory, size));
    fn.attach(this);
  }

  /** Features that both sides have agreed on. */
  get agreed(): bigint {
    return this.#driverFeatures & this.offered;
  }

  get offered(): bigint {
    return this.fn.features | (1n << Feature.version1) | (1n << Feature.indirectDescriptors);
  }

  get running(): boolean {
    return (this.#status & Status.driverOk) !== 0;
  }

  queue(index: number): Virtqueue {
    const queue = this.queues[index];
    invariant(queue !== undefined, `the device has a queue ${index}`);
    return queue;
  }

  /** Tells the driver that buffers were used. */
  usedBuffers(queue: Virtqueue): void {
    if (queue.broken) this.#needsReset();
    else if (!queue.quiet) this.#raise(ISR_QUEUE);
  }

  /** Tells the driver that the configuration changed. */
  configChanged(): void {
    this.#generation = (this.#generation + 1) & 0xff;
    if (this.running) this.#raise(ISR_CONFIG);
  }

  read(offset: number, width: number): number {
    if (offset < BAR.common.at + BAR.common.length) return this.#readCommon(offset, width);
    if (offset === BAR.isr.at) {
      const value = this.#isr;
      this.#isr = 0;
      this.line(false);
      return value;
    }
    if (offset >= BAR.device.at && offset < BAR.device.at + BAR.device.length)
      return littleEndian(this.fn.config(), offset - BAR.device.at, width);
    return 0;
  }

  write(offset: number, width: number, value: number): void {
    if (offset < BAR.common.at + BAR.common.length) this.#writeCommon(offset, width, value);
    else if (offset >= BAR.notify.at && offset < BAR.notify.at + BAR.notify.length)
      this.#notify((offset - BAR.notify.at) / NOTIFY_MULTIPLIER);
    else if (offset >= BAR.device.at && offset < BAR.device.at + BAR.device.length) {
      this.fn.writeConfig?.(
        offset - BAR.device.at,
        Uint8Array.from({ length: width }, (_, index) => (value >>> (8 * index)) & 0xff),
      );
    }
  }

  #notify(index: number): void {
    const queue = this.queues[index];
    if (queue === undefined || !this.running) return;
    this.fn.notified(index);
    if (queue.broken) this.#needsReset();
  }

  #needsReset(): void {
    this.#status |= Status.needsReset;
    this.#raise(ISR_CONFIG);
  }

  #raise(bit: number): void {
    this.#isr |= bit;
    this.line(true);
  }

  #reset(): void {
    this.#status = 0;
    this.#isr = 0;
    this.#driverFeatures = 0n;
    this.#deviceFeatureSelect = 0;
    this.#driverFeatureSelect = 0;
    this.#queueSelect = 0;
    for (const queue of this.queues) queue.reset();
    this.fn.reset();
    this.line(false);
  }

  #readCommon(offset: number, width: number): number {
    const register = COMMON.find((each) => offset >= each.at && offset + width <= each.at + each.width);
    if (register === undefined) return 0;
    const value = this.#common(register.name);
    return (value >>> (8 * (offset - register.at))) & (width === 4 ? -1 : (1 << (8 * width)) - 1);
  }

  #common(name: CommonRegister): number {
    const queue = this.queues[this.#queueSelect];
    switch (name) {
      case 'deviceFeatureSelect':
        return this.#deviceFeatureSelect;
      case 'deviceFeature':
        return featureWord(this.offered, this.#deviceFeatureSelect);
      case 'driverFeatureSelect':
        return this.#driverFeatureSelect;
      case 'driverFeature':
        return featureWord(this.#driverFeatures, this.#driverFeatureSelect);
      case 'configVector':
      case 'queueVector':
        return NO_VECTOR;
      case 'queueCount':
        return this.queues.length;
      case 'deviceStatus':
        return this.#status;
      case 'configGeneration':
        return this.#generation;
      case 'queueSelect':
        return this.#queueSelect;
      case 'queueSize':
        return queue?.size ?? 0;
      case 'queueEnable':
        return queue?.enabled ? 1 : 0;
      case 'queueNotifyOffset':
        return this.#queueSelect;
      case 'queueDescriptorLow':
        return low(queue?.descriptors);
      case 'queueDescriptorHigh':
        return high(queue?.descriptors);
      case 'queueAvailableLow':
        return low(queue?.available);
      case 'queueAvailableHigh':
        return high(queue?.available);
      case 'queueUsedLow':
        return low(queue?.used);
      case 'queueUsedHigh':
        return high(queue?.used);
    }
  }

  #writeCommon(offset: number, width: number, value: number): void {
    const register = COMMON.find((each) => each.at === offset && each.width === width);
    const queue = this.queues[this.#queueSelect];
    switch (register?.name) {
      case 'deviceFeatureSelect':
        this.#deviceFeatureSelect = value;
        break;
      case 'driverFeatureSelect':
        this.#driverFeatureSelect = value;
        break;
      case 'driverFeature':
        if (this.#driverFeatureSelect < 2 && !(this.#status & Status.featuresOk)) {
          const shift = BigInt(32 * this.#driverFeatureSelect);
          this.#driverFeatures = (this.#driverFeatures & ~(0xffff_ffffn << shift)) | (BigInt(value >>> 0) << shift);
        }
        break;
      case 'deviceStatus':
        this.#writeStatus(value);
        break;
      case 'queueSelect':
        this.#queueSelect = value;
        break;
      case 'queueSize':
        // A power of two not above ours, else the driver is wrong and its write has no effect.
        if (queue && !queue.enabled && value > 0 && value <= queue.largest && (value & (value - 1)) === 0) queue.size = value;
        break;
      case 'queueEnable':
        if (queue && value === 1) queue.enabled = true;
        break;
      case 'queueDescriptorLow':
        if (queue && !queue.enabled) queue.descriptors = withLow(queue.descriptors, value);
        break;
      case 'queueDescriptorHigh':
        if (queue && !queue.enabled) queue.descriptors = withHigh(queue.descriptors, value);
        break;
      case 'queueAvailableLow':
        if (queue && !queue.enabled) queue.available = withLow(queue.available, value);
        break;
      case 'queueAvailableHigh':
        if (queue && !queue.enabled) queue.available = withHigh(queue.available, value);
        break;
      case 'queueUsedLow':
        if (queue && !queue.enabled) queue.used = withLow(queue.used, value);
        break;
      case 'queueUsedHigh':
        if (queue && !queue.enabled) queue.used = withHigh(queue.used, value);
        break;
      default:
        break;
    }
  }

  #writeStatus(value: number): void {
    if (value === 0) {
      this.#reset();
      return;
    }
    let accepted = value;
    const refused = (this.#driverFeatures & ~this.offered) !== 0n || (this.#driverFeatures & (1n << Feature.version1)) === 0n;
    if (accepted & Status.featuresOk && refused) accepted &= ~Status.featuresOk;
    this.#status = accepted;
    // A driver may have filled queues before it said it was ready.
    if (accepted & Status.driverOk) this.queues.forEach((_, index) => void this.#notify(index));
  }
}

const featureWord = (features: bigint, select: number): number =>
  select > 1 ? 0 : Number((features >> BigInt(32 * select)) & 0xffff_ffffn);
const TWO_32 = 0x1_0000_0000;
const low = (address = 0): number => (address % TWO_32) | 0;
const high = (address = 0): number => Math.floor(address / TWO_32);
const withLow = (address: number, value: number): number => high(address) * TWO_32 + (value >>> 0);
const withHigh = (address: number, value: number): number => (value >>> 0) * TWO_32 + (address % TWO_32);

function littleEndian(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index++) value |= (bytes[offset + index] ?? 0) << (8 * index);
  return value;
}
