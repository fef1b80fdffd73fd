/** A container of the Xen flavour as its ring 0 uses it: parameters, three kinds of upcall, pages that move, grants, calls refused. */
import { describe, expect, it } from 'vitest';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { EventOp } from '../../../abi/xen/events.table.ts';
import { GrantFlag, GrantOp, GrantStatus } from '../../../abi/xen/grants.table.ts';
import {
  CallbackVia,
  HvmOp,
  HvmParam,
  MAPIDX_GRANT_TABLE_STATUS,
  MapSpace,
  OWN_FRAMES,
  SPECIAL_FRAMES,
} from '../../../abi/xen/hvm.table.ts';
import { HYPERCALLS } from '../../../abi/xen/hypercalls.table.ts';
import { MemoryOp } from '../../../abi/xen/memory.table.ts';
import { VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { Register } from '../../../seams/machine.ts';
import { rentContainer } from '../../virtualized/testing/container.ts';
import { type HvmGuest, xenHvm } from './flavour.ts';

const PAGE = 4096;
const RAM_PAGES = 1024;
/** Frames of the test's own: arguments, and where pages of the hypervisor are to appear. */
const [ARGUMENTS, SHARED, TABLE, STATUS, DATA] = [16, 32, 33, 34, 35];
const SELF = 0x7ff0;
const VECTOR = 0x30;

const rent = () => {
  let made: HvmGuest | undefined;
  const flavour = xenHvm({
    uuid: new Uint8Array(16),
    made: (guest) => {
      made = guest;
    },
  });
  /** What the board was told, in order. */
  const told: string[] = [];
  const instance = rentContainer(flavour, {
    cpus: 2,
    frequency: 1e9,
    epochNanoseconds: 0n,
    ram: [
      { start: 0, length: RAM_PAGES * PAGE },
      { start: OWN_FRAMES.first * PAGE, length: OWN_FRAMES.count * PAGE },
      { start: SPECIAL_FRAMES.first * PAGE, length: SPECIAL_FRAMES.count * PAGE },
    ],
    connect: () =>
      made?.upcalls.connect({
        now: () => 0,
        deliver: (cpu, vector) => told.push(`APIC ${cpu}: ${vector}`),
        offer: (cpu, offered) => told.push(`CPU ${cpu}: ${offered}`),
        setPin: (asserted) => told.push(`pin: ${asserted}`),
      }),
  });
  if (made === undefined) throw new Error('no guest was made');
  const { memory, machine } = { memory: instance.memory, machine: instance.computer.machine };
  /** A call by ring 0; its argument lies in a page of the container. */
  const call = (name: string, operation: number, write: (view: DataView) => void, count = 1): number => {
    const bytes = new Uint8Array(64);
    write(new DataView(bytes.buffer));
    memory.write(ARGUMENTS * PAGE, bytes);
    const registers = new BigUint64Array(16);
    registers[Register.rax] = BigInt(HYPERCALLS.find((row) => row.name === name)?.number ?? 63);
    registers[Register.rdi] = BigInt(operation);
    registers[Register.rsi] = BigInt(ARGUMENTS * PAGE);
    registers[Register.rdx] = BigInt(count);
    machine.call(0, registers);
    return Number(BigInt.asIntN(64, registers[Register.rax] ?? 0n));
  };
  const answer = (offset: number): number => memory.readU32(ARGUMENTS * PAGE + offset);
  const parameter = (operation: number, index: number, value: bigint, domain = SELF): number =>
    call('hvm_op', operation, (view) => {
      view.setUint16(0, domain, true);
      view.setUint32(4, index, true);
      view.setBigUint64(8, value, true);
    });
  const map = (space: number, index: number, frame: number): number =>
    call('memory_op', MemoryOp.add_to_physmap, (view) => {
      view.setUint16(0, SELF, true);
      view.setUint32(4, space, true);
      view.setBigUint64(8, BigInt(index), true);
      view.setBigUint64(16, BigInt(frame), true);
    });
  /** A port that the control domain has bound; the guest learns nothing of it but what is announced. */
  const connect = (): number => {
    call('event_channel_op', EventOp.alloc_unbound, (view) => view.setUint16(0, SELF, true));
    return made?.platform.events.bind(made.id, answer(4)) ?? -1;
  };
  return { guest: made, memory, told, call, answer, parameter, map, connect };
};

describe('upcalls of a container', () => {
  it('pass the local APIC by with the one vector for all, until upcall_pending is clear', () => {
    const { guest, memory, told, parameter, map, connect } = rent();
    map(MapSpace.shared_info, 0, SHARED);
    expect(parameter(HvmOp.set_param, HvmParam.CALLBACK_IRQ, (BigInt(CallbackVia.vector) << 56n) | BigInt(VECTOR))).toBe(0);
    const port = connect();
    guest.platform.events.notify(port);
    expect(told).toEqual(['CPU 0: true']);
    expect([guest.upcalls.acknowledge(0), guest.upcalls.acknowledge(1)]).toEqual([VECTOR, -1]);
    memory.writeU32(SHARED * PAGE + VcpuInfo.upcallPending, 0);
    expect(guest.upcalls.acknowledge(0)).toBe(-1);
  });

  it('go through the local APIC with a vector of the vCPU’s own', () => {
    const { guest, told, call, map, connect } = rent();
    map(MapSpace.shared_info, 0, SHARED);
    const set = (vcpu: number, vector: number): number =>
      call('hvm_op', HvmOp.set_evtchn_upcall_vector, (view) => {
        view.setUint32(0, vcpu, true);
        view.setUint8(4, vector);
      });
    expect([set(0, VECTOR), set(0, 15), set(2, VECTOR)]).toEqual([0, -Errno.EINVAL, -Errno.ENOENT]);
    guest.platform.events.notify(connect());
    expect(told).toEqual([`APIC 0: ${VECTOR}`]);
  });

  it('raise the pin of the platform device, which falls when the guest has seen it', () => {
    const { guest, memory, told, parameter, map, connect } = rent();
    map(MapSpace.shared_info, 0, SHARED);
    parameter(HvmOp.set_param, HvmParam.CALLBACK_IRQ, BigInt(CallbackVia.pciIntx) << 56n);
    guest.platform.events.notify(connect());
    guest.upcalls.settle();
    expect(told).toEqual(['pin: true']);
    memory.writeU32(SHARED * PAGE + VcpuInfo.upcallPending, 0);
    guest.upcalls.settle();
    expect(told).toEqual(['pin: true', 'pin: false']);
  });
});

describe('parameters', () => {
  it('say where store and console are, and only the callback is the guest’s to set', () => {
    const { answer, parameter } = rent();
    expect(parameter(HvmOp.get_param, HvmParam.STORE_PFN, 0n)).toBe(0);
    expect(answer(8)).toBe(SPECIAL_FRAMES.store);
    expect(parameter(HvmOp.set_param, HvmParam.STORE_PFN, 5n)).toBe(-Errno.EPERM);
    expect(parameter(HvmOp.get_param, HvmParam.STORE_PFN, 0n, 7)).toBe(-Errno.EPERM);
    expect(parameter(HvmOp.get_param, HvmParam.COUNT, 0n)).toBe(-Errno.EINVAL);
  });
});

describe('pages of the hypervisor', () => {
  it('appear where the container wants them, with what is in them', () => {
    const { guest, memory, map } = rent();
    expect([map(MapSpace.grant_table, 0, TABLE), map(MapSpace.shared_info, 0, RAM_PAGES + 5)]).toEqual([0, -Errno.EINVAL]);
    // The entries of console and store were there before.
    expect(memory.readU32(TABLE * PAGE + 4)).toBe(SPECIAL_FRAMES.console);
    memory.writeU32(TABLE * PAGE + 8 * 9 + 4, DATA);
    memory.writeU32(TABLE * PAGE + 8 * 9, GrantFlag.permit_access);
    memory.write(DATA * PAGE, Uint8Array.of(1, 2, 3));
    expect(guest.platform.foreign.copyFrom(guest.id, 9, 1, 2)).toEqual(Uint8Array.of(2, 3));
  });

  it('of version 2 are two: the entries, and who uses them', () => {
    const { guest, memory, call, map } = rent();
    map(MapSpace.grant_table, 0, TABLE);
    expect(map(MapSpace.grant_table, MAPIDX_GRANT_TABLE_STATUS, STATUS)).toBe(-Errno.EINVAL);
    expect(call('grant_table_op', GrantOp.set_version, (view) => view.setUint32(0, 2, true))).toBe(0);
    expect(map(MapSpace.grant_table, MAPIDX_GRANT_TABLE_STATUS, STATUS)).toBe(0);
    memory.writeU64(TABLE * PAGE + 16 * 9 + 8, BigInt(DATA));
    memory.writeU32(TABLE * PAGE + 16 * 9, GrantFlag.permit_access | GrantFlag.readonly);
    const page = guest.platform.foreign.map(guest.id, 9, 'read');
    if (typeof page === 'number') throw new Error('not mapped');
    expect(memory.readU32(STATUS * PAGE + 16) >>> 16).toBe(GrantFlag.reading);
    expect(guest.platform.foreign.map(guest.id, 9, 'write')).toBe(GrantStatus.general_error);
    page.unmap();
    expect(memory.readU32(STATUS * PAGE + 16) >>> 16).toBe(0);
  });
});

describe('calls', () => {
  it('that a container does not have are refused and counted', () => {
    const { guest, call } = rent();
    expect(call('mmu_update', 0, () => {})).toBe(-Errno.ENOSYS);
    expect(call('domctl', 0, () => {})).toBe(-Errno.EPERM);
    expect(guest.statistics.missing.get('mmu_update')).toBe(1);
  });
});
