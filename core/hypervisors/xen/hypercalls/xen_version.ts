/** xen_version: who we are. Sub-operation 0 also serves guests as the cheapest call after which events are delivered. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { HypervisorSpace } from '../../../abi/xen/memory.table.ts';
import { VersionOp } from '../../../abi/xen/version.table.ts';
import type { WordLayout } from '../../../abi/xen/widths.table.ts';
import type { CallerMemory } from '../holder.ts';
import type { CallArguments } from '../pv/arguments.ts';
import { XEN_VERSION } from '../pv/cpuid.ts';

/** Who asks: a vCPU of any kind of domain. */
export interface VersionCaller {
  readonly memory: CallerMemory;
  /** Absent: that of 64-bit code. */
  readonly layout?: WordLayout;
  readonly domain: {
    readonly uuid: Uint8Array;
    /** XENFEAT_* that are on. */
    readonly features: number;
    readonly capabilities: string;
  };
}

const EXTRAVERSION = '.7-blanket';

/** Writes `text` into a field of `size` bytes, zero padded. */
const text = (caller: VersionCaller, address: number, fields: readonly (readonly [string, number])[]): number => {
  const bytes = new Uint8Array(fields.reduce((sum, [, size]) => sum + size, 0));
  let at = 0;
  for (const [value, size] of fields) {
    bytes.set(new TextEncoder().encode(value).subarray(0, size - 1), at);
    at += size;
  }
  return caller.memory.write(address, bytes) ? 0 : -Errno.EFAULT;
};

export const xen_version = (caller: VersionCaller, args: CallArguments): number => {
  const buffer = args.address(1);
  switch (args.low(0)) {
    case VersionOp.version:
      return XEN_VERSION.major * 0x1_0000 + XEN_VERSION.minor;
    case VersionOp.extraversion:
      return text(caller, buffer, [[EXTRAVERSION, 16]]);
    case VersionOp.compile_info:
      return text(caller, buffer, [
        ['TypeScript', 64],
        ['blanket', 16],
        ['', 32],
        ['', 32],
      ]);
    case VersionOp.capabilities:
      return text(caller, buffer, [[caller.domain.capabilities, 1024]]);
    case VersionOp.changeset:
      return text(caller, buffer, [['', 64]]);
    case VersionOp.platform_parameters:
      return platformParameters(caller, buffer) ? 0 : -Errno.EFAULT;
    case VersionOp.get_features:
      return features(caller, buffer);
    case VersionOp.pagesize:
      return args.isNull(1) ? 4096 : -Errno.EINVAL;
    case VersionOp.guest_handle:
      return caller.memory.write(buffer, caller.domain.uuid) ? 0 : -Errno.EFAULT;
    case VersionOp.commandline:
      return text(caller, buffer, [['', 1024]]);
    case VersionOp.build_id:
      return -Errno.ENODATA;
    default:
      return -Errno.ENOSYS;
  }
};

/** xen_platform_parameters: where the hypervisor begins; 32-bit code has none of it in its address space. */
const platformParameters = ({ memory, layout }: VersionCaller, buffer: number): boolean =>
  layout?.bits === 32 ? memory.writeU32(buffer, 0) : memory.writeU64(buffer, HypervisorSpace.M2P_START);

const features = (caller: VersionCaller, buffer: number): number => {
  const index = caller.memory.readU32(buffer);
  if (index === undefined) return -Errno.EFAULT;
  if (index !== 0) return -Errno.EINVAL;
  return caller.memory.writeU32(buffer + 4, caller.domain.features) ? 0 : -Errno.EFAULT;
};
