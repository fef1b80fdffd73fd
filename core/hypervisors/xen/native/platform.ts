/** The platform of a native domain: its ports, its grants and those of others, its pages, its time. */

import { Errno } from '../../../abi/xen/errno.table.ts';
import { GrantFlag, GrantStatus, RESERVED_GRANTS } from '../../../abi/xen/grants.table.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { EventPorts, ForeignPages, MappedPage, OwnPage, OwnPages, Platform } from '../../../seams/platform.ts';
import { FrameType } from '../../common/frames.ts';
import { createTimer, stopTimer, type Timers } from '../../common/timers.ts';
import type { GrantTable } from '../grants.ts';
import type { ForeignUse, Holder, NativeHost } from '../holder.ts';
import type { NativeDelivery } from './domain.ts';

/** What the platform of a native domain is made of. */
export interface NativeHolder extends Holder {
  readonly xen: NativeHost;
  readonly delivery: Pick<NativeDelivery, 'listen'>;
  readonly vcpu: { post(task: () => void): void };
  pages: number;
  /** Pages of other domains that it maps without a grant. */
  readonly foreignUses: Set<ForeignUse>;
  /** Timers that its tasks are set by. */
  timers(): Timers;
}

const eventPorts = (domain: NativeHolder): EventPorts => ({
  allocate: (remote) => domain.events.allocateUnbound(remote),
  bind: (remote, remotePort) => {
    const other = domain.xen.domain(remote);
    return other === undefined ? -Errno.ESRCH : domain.events.bindInterdomain(other, remotePort);
  },
  listen: (port, listener) => domain.delivery.listen(port, listener),
  notify: (port) => {
    domain.xen.charge(COSTS.hypercall.cycles);
    domain.events.send(port);
  },
  close: (port) => {
    domain.events.close(port);
  },
});

const mapped = (domain: NativeHolder, grants: GrantTable, reference: number, frame: number, writing: boolean): MappedPage => {
  let live = true;
  return {
    bytes: (access) => domain.xen.memory.bytes(frame as MachineFrame, access),
    unmap: () => {
      if (live) grants.release(reference, writing);
      live = false;
    },
  };
};

const foreignPages = (domain: NativeHolder): ForeignPages => {
  const { xen } = domain;
  /** Runs `use` with a granted frame of which `offset` to `offset + length` are wanted; the grant is given back at once. */
  const withFrame = <T>(
    from: number,
    reference: number,
    writing: boolean,
    [offset, length]: readonly [number, number],
    use: (frame: MachineFrame) => T,
  ): T | number => {
    const granter = xen.domain(from);
    if (granter === undefined) return GrantStatus.bad_domain;
    const page = granter.grants.borrow(reference, domain.id, writing);
    if (typeof page === 'number') return page;
    const result = offset < page.start || offset + length > page.end ? GrantStatus.general_error : use(page.frame);
    page.giveBack();
    return result;
  };
  const chargeCopy = (bytes: number): void => xen.charge(Math.round(COSTS.copyFixed.cycles + bytes * COSTS.copyPerByte.cycles));
  return {
    map: (from, reference, access) => {
      const granter = xen.domain(from);
      if (granter === undefined) return GrantStatus.bad_domain;
      const writing = access === 'write';
      xen.charge(COSTS.hypercall.cycles + COSTS.pageTableUpdate.cycles);
      const frame = granter.grants.acquire(reference, domain.id, writing);
      return frame < 0 ? frame : mapped(domain, granter.grants, reference, frame, writing);
    },
    mapFrame: (from, frame, access) => {
      const owner = xen.domain(from);
      if (owner === undefined) return GrantStatus.bad_domain;
      const writing = access === 'write';
      xen.charge(COSTS.hypercall.cycles + COSTS.pageTableUpdate.cycles);
      const held = writing
        ? xen.types.takeTyped(owner, frame, FrameType.writable) === 0
        : frame >= 0 && xen.frames.take(frame, owner.owner);
      if (!held) return GrantStatus.general_error;
      const use: ForeignUse = { frame, writing };
      domain.foreignUses.add(use);
      return {
        bytes: (wanted) => xen.memory.bytes(frame as MachineFrame, wanted),
        unmap: () => {
          if (!domain.foreignUses.delete(use)) return;
          if (writing) xen.types.putTyped(owner, frame);
          else xen.frames.put(frame);
        },
      };
    },
    copyFrom: (from, reference, offset, length) => {
      if (offset < 0 || length < 0 || offset + length > 4096) return GrantStatus.bad_copy_arg;
      chargeCopy(length);
      return withFrame(from, reference, false, [offset, length], (frame) =>
        xen.memory.bytes(frame, 'read').slice(offset, offset + length),
      );
    },
    copyTo: (from, reference, offset, bytes) => {
      if (offset < 0 || offset + bytes.length > 4096) return GrantStatus.bad_copy_arg;
      chargeCopy(bytes.length);
      return withFrame(from, reference, true, [offset, bytes.length], (frame) => {
        xen.memory.bytes(frame, 'write').set(bytes, offset);
        return GrantStatus.okay;
      });
    },
  };
};

const ownPages = (domain: NativeHolder): OwnPages => {
  const { xen } = domain;
  const free: number[] = [];
  let next: number = RESERVED_GRANTS.COUNT;
  const reference = (): number | undefined => {
    const again = free.pop();
    if (again !== undefined) return again;
    return domain.grants.growTo(next + 1) ? next++ : undefined;
  };
  return {
    allocate: (): OwnPage | undefined => {
      const frame = xen.frames.allocate(domain.owner);
      if (frame === undefined) return undefined;
      domain.pages += 1;
      return {
        frame: xen.below.asGuestFrame(frame),
        bytes: (access) => xen.memory.bytes(frame, access),
        release: () => {
          domain.pages -= 1;
          xen.frames.giveUp(frame);
        },
      };
    },
    grant: (to, page, access) => {
      const made = reference();
      if (made === undefined) return GrantStatus.no_space;
      domain.grants.write(made, GrantFlag.permit_access | (access === 'read' ? GrantFlag.readonly : 0), to, page.frame);
      return made;
    },
    revoke: (given) => {
      const withdrawn = domain.grants.withdraw(given);
      if (withdrawn) free.push(given);
      return withdrawn;
    },
  };
};

export const platformOf = (domain: NativeHolder): Platform => {
  const { xen, vcpu } = domain;
  return {
    domain: domain.id,
    events: eventPorts(domain),
    foreign: foreignPages(domain),
    own: ownPages(domain),
    frequency: xen.clock.frequency,
    now: () => xen.now(),
    schedule: (at, task) => {
      let live = true;
      const run = (): void => {
        if (live) task();
      };
      const timer = createTimer(() => vcpu.post(run));
      if (at <= xen.now()) vcpu.post(run);
      else domain.timers().set(timer, at);
      return () => {
        live = false;
        stopTimer(timer);
      };
    },
    charge: (cycles) => xen.charge(cycles),
  };
};
