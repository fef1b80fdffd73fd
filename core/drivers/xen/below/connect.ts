/**
 * A driver domain introduces itself to a Xen below, as the drivers of a container do, but through Blanket hypercalls: pages of
 * that Xen appear in the memory window of the platform device, events arrive as upcalls, the store answers over its ring.
 */
import { PCI_FUNCTIONS } from '../../../abi/pci/pci.table.ts';
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { GrantOp } from '../../../abi/xen/grants.table.ts';
import { AddToPhysmap, CallbackVia, HvmOp, HvmParam, HvmParamArgument, MapSpace } from '../../../abi/xen/hvm.table.ts';
import { MemoryOp } from '../../../abi/xen/memory.table.ts';
import { XEN_PLATFORM } from '../../../abi/xen/platform-device.table.ts';
import { Feature, VersionOp } from '../../../abi/xen/version.table.ts';
import type { GuestFrame } from '../../../seams/addresses.ts';
import type { BlanketCalls, DriverAccess } from '../../../seams/driver-domain.ts';
import type { MappedPage, Platform } from '../../../seams/platform.ts';
import type { PciDevice } from '../../pci/scan.ts';
import type { FrontPlatform } from '../front-end.ts';
import { StoreClient } from '../store-client.ts';
import { EventsBelow } from './events.ts';
import { GrantsBelow } from './grants.ts';

const FIRST_CPU = 0;

export interface XenBelow {
  readonly platform: FrontPlatform;
  readonly store: StoreClient;
}

export const isXenPlatform = (pci: PciDevice): boolean =>
  pci.vendor === XEN_PLATFORM.vendor && pci.device === XEN_PLATFORM.device;

/** The frames of the window, each used once. */
const framesOf = (pci: PciDevice): (() => GuestFrame) => {
  let next = pci.window(XEN_PLATFORM.memory) / 4096;
  return () => next++ as GuestFrame;
};

const parameter = (calls: BlanketCalls, index: number): number | undefined => {
  const argument = new Uint8Array(HvmParamArgument.SIZE);
  const view = new DataView(argument.buffer);
  view.setUint16(HvmParamArgument.domain, DomainId.SELF, true);
  view.setUint32(HvmParamArgument.index, index, true);
  return calls.pass('hvm_op', HvmOp.get_param, argument) < 0
    ? undefined
    : Number(view.getBigUint64(HvmParamArgument.value, true));
};

/** Whether the layer below can announce events by a vector of our choice (XENVER_get_features: u32 index, u32 bits). */
const announcesByVector = (calls: BlanketCalls): boolean => {
  const argument = new Uint8Array(8);
  if (calls.pass('xen_version', VersionOp.get_features, argument) < 0) return false;
  return (new DataView(argument.buffer).getUint32(4, true) & (1 << Feature.hvm_callback_vector)) !== 0;
};

/** Frames that its grant table may have (GNTTABOP_query_size: u16 domain, u32 frames, u32 at most, s16 status). */
const mostGrantFrames = (calls: BlanketCalls): number => {
  const argument = new Uint8Array(16);
  const view = new DataView(argument.buffer);
  view.setUint16(0, DomainId.SELF, true);
  return calls.pass('grant_table_op', GrantOp.query_size, argument) < 0 ? 0 : view.getUint32(8, true);
};

/** Makes a page of the layer below appear at a frame of this machine. */
const show = (calls: BlanketCalls, space: number, index: number, frame: GuestFrame): MappedPage | undefined => {
  const argument = new Uint8Array(AddToPhysmap.SIZE);
  const view = new DataView(argument.buffer);
  view.setUint16(AddToPhysmap.domain, DomainId.SELF, true);
  view.setUint32(AddToPhysmap.space, space, true);
  view.setBigUint64(AddToPhysmap.index, BigInt(index), true);
  view.setBigUint64(AddToPhysmap.frame, BigInt(frame), true);
  return calls.pass('memory_op', MemoryOp.add_to_physmap, argument) < 0 ? undefined : calls.page(frame);
};

/** Has events announced by the interrupt pin of the platform device, which goes to the first CPU. */
const announceByLine = ({ blanket, devices }: DriverAccess, pci: PciDevice, events: EventsBelow): boolean => {
  const argument = new Uint8Array(HvmParamArgument.SIZE);
  const view = new DataView(argument.buffer);
  view.setUint16(HvmParamArgument.domain, DomainId.SELF, true);
  view.setUint32(HvmParamArgument.index, HvmParam.CALLBACK_IRQ, true);
  const via =
    (BigInt(CallbackVia.pciIntx) << CallbackVia.TYPE_SHIFT) | (BigInt(pci.slot * PCI_FUNCTIONS) << CallbackVia.FUNCTION_SHIFT);
  view.setBigUint64(HvmParamArgument.value, via, true);
  devices.onInterrupt(pci.line, () => {
    events.acknowledge();
    events.upcall(FIRST_CPU);
  });
  return blanket.pass('hvm_op', HvmOp.set_param, argument) === 0;
};

/**
 * Undefined: what is below does not do its part.
 * @param perCpuUpcalls events arrive at the CPU on which this domain runs; else at the first one, which passes them on
 */
export const connectBelow = (
  platform: Platform,
  access: DriverAccess,
  pci: PciDevice,
  perCpuUpcalls: boolean,
): XenBelow | undefined => {
  const { blanket } = access;
  pci.enable();
  if (perCpuUpcalls && !announcesByVector(blanket)) return undefined;
  const frame = framesOf(pci);
  const sharedInfo = show(blanket, MapSpace.shared_info, 0, frame());
  if (sharedInfo === undefined) return undefined;
  const events = new EventsBelow(blanket, sharedInfo, perCpuUpcalls);
  const most = mostGrantFrames(blanket);
  const own = new GrantsBelow(
    (index) => (index < most ? show(blanket, MapSpace.grant_table, index, frame()) : undefined),
    platform.own,
  );
  const port = parameter(blanket, HvmParam.STORE_EVTCHN);
  const page = parameter(blanket, HvmParam.STORE_PFN);
  const ring = page === undefined ? undefined : blanket.page(page as GuestFrame);
  if (port === undefined || ring === undefined) return undefined;
  const announced = perCpuUpcalls ? blanket.onUpcall((cpu) => events.upcall(cpu)) : announceByLine(access, pci, events);
  if (!announced) return undefined;
  const store = new StoreClient(ring, () => events.notify(port));
  events.listen(port, () => store.work());
  return {
    platform: { events, own, now: () => platform.now(), schedule: (at, task) => platform.schedule(at, task) },
    store,
  };
};
