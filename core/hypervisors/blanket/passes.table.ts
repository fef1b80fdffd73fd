/**
 * The Blanket hypercalls that ring 0 passes to a Xen below: numbers for the names of {@link BLANKET_OPERATIONS}, the size of
 * each argument, and what an argument may say. A driver domain can reach nothing else through them.
 */
import { DomainId } from '../../abi/xen/domains.table.ts';
import { EventOp } from '../../abi/xen/events.table.ts';
import { GrantOp } from '../../abi/xen/grants.table.ts';
import { AddToPhysmap, HvmOp, HvmParamArgument, MapSpace, UpcallVectorArgument } from '../../abi/xen/hvm.table.ts';
import { BLANKET_OPERATIONS, HYPERCALLS } from '../../abi/xen/hypercalls.table.ts';
import { MemoryOp } from '../../abi/xen/memory.table.ts';
import { SchedOp } from '../../abi/xen/vcpu.table.ts';
import { VersionOp } from '../../abi/xen/version.table.ts';

interface Sub {
  readonly size: number;
  /** False: refused. */
  readonly allows?: (argument: DataView) => boolean;
}

interface Operation {
  readonly numbers: Readonly<Record<string, number>>;
  readonly subs: Readonly<Record<string, Sub>>;
  /** Register of the argument's address: RSI, except where a vCPU stands there; the count that follows it. */
  readonly count?: number;
}

const self = (offset: number) => (argument: DataView) => argument.getUint16(offset, true) === DomainId.SELF;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  xen_version: { numbers: VersionOp, subs: { version: { size: 0 }, get_features: { size: 8 } } },
  memory_op: {
    numbers: MemoryOp,
    subs: {
      add_to_physmap: {
        size: AddToPhysmap.SIZE,
        allows: (argument) => {
          const space = argument.getUint32(AddToPhysmap.space, true);
          return self(AddToPhysmap.domain)(argument) && (space === MapSpace.shared_info || space === MapSpace.grant_table);
        },
      },
    },
  },
  hvm_op: {
    numbers: HvmOp,
    subs: {
      set_param: { size: HvmParamArgument.SIZE, allows: self(HvmParamArgument.domain) },
      get_param: { size: HvmParamArgument.SIZE, allows: self(HvmParamArgument.domain) },
      set_evtchn_upcall_vector: { size: UpcallVectorArgument.SIZE },
    },
  },
  grant_table_op: { numbers: GrantOp, subs: { query_size: { size: 16, allows: self(0) } }, count: 1 },
  event_channel_op: {
    numbers: EventOp,
    subs: {
      unmask: { size: 4 },
      close: { size: 4 },
      send: { size: 4 },
      alloc_unbound: { size: 8, allows: self(0) },
      bind_vcpu: { size: 8 },
      init_control: { size: 24 },
      expand_array: { size: 8 },
      set_priority: { size: 8 },
      bind_interdomain: { size: 12 },
    },
  },
  sched_op: { numbers: SchedOp, subs: { shutdown: { size: 4 } } },
};

/** One call that may be passed: its number, and how its argument is checked and handed over. */
export interface Pass {
  readonly number: number;
  readonly size: number;
  readonly count: number;
  allows(argument: DataView): boolean;
}

/** Undefined: refused. */
export const passOf = (operation: string, subOperation: number): Pass | undefined => {
  const row = HYPERCALLS.find(({ name, blanket }) => name === operation && blanket === 'yes');
  const known = OPERATIONS[operation];
  if (row === undefined || known === undefined) return undefined;
  const name = BLANKET_OPERATIONS[operation]?.find((each) => known.numbers[each] === subOperation);
  const sub = name === undefined ? undefined : known.subs[name];
  return sub && { number: row.number, size: sub.size, count: known.count ?? 0, allows: sub.allows ?? (() => true) };
};
