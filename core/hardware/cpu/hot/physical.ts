// Physical memory of the running CPU: frame map look-ups, and accesses by physical address.
//
// Frame map entry: host address of the frame | mapPresent, mapWritable, mapDevice, mapReaders; 0 = ask outside.
import { deviceRead, deviceWrite, frameFault, tableWritten } from './env';
import { Constant, Offset, Place } from './gen/offsets';
import { codeWritten } from './code';
import { cpu } from './state';
import { dropFetchWindow } from './tlb';

/** Entry of a guest frame that can be used for the access, or 0: a device is there (or a write to ROM). */
export function hostEntry(frame: u64, write: bool): u32 {
  if (frame >= <u64>load<u32>(cpu, Offset.physicalFrames)) return 0;
  const at = <usize>load<u32>(cpu, Offset.physicalSpace) + (<usize>frame << 2);
  const entry = load<u32>(at);
  if (entry & Constant.mapWritable) return entry;
  if (entry & Constant.mapDevice) return 0;
  if (write) {
    // A first write may replace the frame that code is being fetched from.
    dropFetchWindow();
    return frameFault(cpu, <u32>frame, 1);
  }
  return sign(at, entry & Constant.mapPresent ? entry : frameFault(cpu, <u32>frame, 0));
}

/** Notes in an entry that is not writable that this CPU knows it. */
@inline function sign(at: usize, entry: u32): u32 {
  const own = load<u32>(cpu, Offset.reader);
  const readers = entry & Constant.mapReaders;
  if (entry && readers != own) store<u32>(at, readers ? entry | Constant.mapReaders : entry | own);
  return entry;
}

/** Tells the code cache before `length` bytes at a host address, on one page, are overwritten. */
@inline export function beforeWrite(host: u32, length: u32): void {
  if (load<u8>(<usize>Place.frameFlags + (host >> 12)) & (Constant.frameDecoded | Constant.frameTranslated)) {
    store<u64>(cpu, load<u64>(cpu, Offset.countCodeWrite) + 1, Offset.countCodeWrite);
    codeWritten(host, length);
  }
}

/** As beforeWrite, for a write by an instruction: one to page tables that a shadow follows is told. */
@inline export function beforeGuestWrite(host: u32, length: u32): void {
  const flags = load<u8>(<usize>Place.frameFlags + (host >> 12));
  if (flags & Constant.frameTable && load<u32>(cpu, Offset.controls) & Constant.controlTables) tableWritten(cpu, host, length);
  beforeWrite(host, length);
}

/** `size` bytes (1-8) on one page. */
export function readPhysical(address: u64, size: u32): u64 {
  const entry = hostEntry(address >> 12, false);
  if (!entry) return readDevice(address, size);
  return readHost((entry & ~0xfff) | (<u32>address & 0xfff), size);
}

/** A device access is as wide as a bus transfer; odd sizes, pieces of a crossing access, go byte by byte. */
export function readDevice(address: u64, size: u32): u64 {
  if (popcnt(size) == 1) return deviceRead(cpu, <f64>address, size);
  let value: u64 = 0;
  for (let i: u32 = 0; i < size; i++) value |= (deviceRead(cpu, <f64>(address + <u64>i), 1) & 0xff) << (<u64>i << 3);
  return value;
}

export function writeDevice(address: u64, size: u32, value: u64): void {
  if (popcnt(size) == 1) {
    deviceWrite(cpu, <f64>address, size, value);
    return;
  }
  for (let i: u32 = 0; i < size; i++) deviceWrite(cpu, <f64>(address + <u64>i), 1, (value >> (<u64>i << 3)) & 0xff);
}

function writePhysical(address: u64, size: u32, value: u64): void {
  const entry = hostEntry(address >> 12, true);
  if (!entry) {
    writeDevice(address, size, value);
    return;
  }
  const host = (entry & ~0xfff) | (<u32>address & 0xfff);
  beforeWrite(host, size);
  writeHost(host, size, value);
}

/** 1-8 bytes at a host address, zero-extended. */
export function readHost(host: usize, size: u32): u64 {
  switch (size) {
    case 1: return load<u8>(host);
    case 2: return load<u16>(host);
    case 4: return load<u32>(host);
    case 8: return load<u64>(host);
  }
  let value: u64 = 0;
  for (let i: u32 = 0; i < size; i++) value |= <u64>load<u8>(host + i) << (<u64>i << 3);
  return value;
}

export function writeHost(host: usize, size: u32, value: u64): void {
  switch (size) {
    case 1: store<u8>(host, <u8>value); return;
    case 2: store<u16>(host, <u16>value); return;
    case 4: store<u32>(host, <u32>value); return;
    case 8: store<u64>(host, value); return;
  }
  for (let i: u32 = 0; i < size; i++) store<u8>(host + i, <u8>(value >> (<u64>i << 3)));
}

@inline export function readPhysical32(address: u64): u32 { return <u32>readPhysical(address, 4); }
@inline export function readPhysical64(address: u64): u64 { return readPhysical(address, 8); }
@inline export function writePhysical32(address: u64, value: u32): void { writePhysical(address, 4, <u64>value); }
@inline export function writePhysical64(address: u64, value: u64): void { writePhysical(address, 8, value); }
