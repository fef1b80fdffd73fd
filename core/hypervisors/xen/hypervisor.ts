/** Xen as its toolstack sees it: the seam `PvHypervisor` over the domains in here. */

import { RUNSTATES } from '../../abi/xen/shared-info.table.ts';
import type { DomainControl, DomainState, PvHypervisor } from '../../seams/hypervisor.ts';
import type { Domain } from './domain.ts';
import { buildDomain } from './pv/build.ts';
import { captureDomain } from './pv/capture.ts';
import { PvDomain } from './pv/domain.ts';
import { rebuildDomain } from './pv/rebuild.ts';
import { destroyDomain } from './pv/teardown.ts';
import { callsByName } from './statistics.ts';
import type { Xen } from './xen.ts';

const stateOf = (domain: PvDomain): DomainState => {
  if (domain.dying) return 'dying';
  if (domain.shutdownReason === 'crash') return 'crashed';
  if (domain.shutdownReason !== undefined) return 'shut-down';
  if (domain.pauses > 0) return 'paused';
  return domain.vcpus.some((vcpu) => vcpu.unit.state !== 'blocked') ? 'running' : 'blocked';
};

class Control implements DomainControl {
  private paused = true;

  constructor(private readonly subject: PvDomain) {}

  get id(): number {
    return this.subject.id;
  }
  get name(): string {
    return this.subject.name;
  }
  get state(): DomainState {
    return stateOf(this.subject);
  }
  get shutdownReason(): DomainControl['shutdownReason'] {
    return this.subject.shutdownReason;
  }
  get crashReason(): string | undefined {
    return this.subject.crashReason;
  }
  get rings(): DomainControl['rings'] {
    return this.subject.rings;
  }

  get statistics(): DomainControl['statistics'] {
    const { pages, maximumPages, hypercalls, traps, vcpus } = this.subject;
    return {
      pages,
      maximumPages,
      hypercalls,
      traps,
      vcpus: vcpus.map((vcpu) => ({
        state: RUNSTATES[vcpu.runstate] ?? 'offline',
        time: vcpu.runstateTimes(),
        cpu: vcpu.unit.cpu,
      })),
    };
  }

  calls(): { name: string; count: number }[] {
    return callsByName(this.subject.calls);
  }

  pause(): void {
    if (!this.paused) this.subject.pause();
    this.paused = true;
  }

  unpause(): void {
    if (this.paused) this.subject.unpause();
    this.paused = false;
  }

  destroy(): void {
    destroyDomain(this.subject);
  }

  capture(sharing: boolean): ReturnType<DomainControl['capture']> {
    return captureDomain(this.subject, sharing);
  }

  resume(): boolean {
    return this.subject.resume();
  }

  setScheduling(weight: number, cap: number): void {
    this.subject.account.weight = weight;
    this.subject.account.cap = cap;
    this.subject.xen.scheduler.adjusted(this.subject.account);
  }

  injectNmi(vcpu: number): void {
    const target = this.subject.vcpus[vcpu];
    if (target === undefined) return;
    target.nmiPending = true;
    target.notify();
  }
}

export const pvHypervisor = (xen: Xen): PvHypervisor => {
  const controls = new WeakMap<Domain, Control>();
  const controlOf = (domain: Domain | undefined): Control | undefined => {
    if (!(domain instanceof PvDomain)) return undefined;
    const known = controls.get(domain) ?? new Control(domain);
    controls.set(domain, known);
    return known;
  };
  return {
    create: (spec) => {
      const built = buildDomain(xen, spec);
      return typeof built === 'string' ? built : (controlOf(built) ?? 'the domain is not paravirtual');
    },
    restore: (shape, saved) => {
      const built = rebuildDomain(xen, shape, saved);
      return typeof built === 'string' ? built : (controlOf(built) ?? 'the domain is not paravirtual');
    },
    domain: (id) => controlOf(xen.domain(id)),
    get domains() {
      return xen.domains.map(controlOf).filter((control) => control !== undefined);
    },
    onShutdown: (listener) =>
      xen.onShutdown((domain) => {
        const control = controlOf(domain);
        if (control !== undefined) listener(control);
      }),
    systemTime: () => xen.systemTime(),
    get freePages() {
      return xen.frames.free;
    },
    idle: (cpu) => xen.idle(cpu),
  };
};
