/** How much of the emulated computer an instance gets for what was rented. */
import type { Instance } from '../contract/fleet.ts';

/**
 * EC2 compute units of one CPU of the modelled computer, a core of a Xeon X5570: cc1.4xlarge, two of these with four cores
 * each, was sold as 33.5 units.
 */
const ECU_PER_CPU = 33.5 / 8;
/** T2 instances start with 30 CPU credits per vCPU, each a minute of one core at full speed (EC2 User Guide, CPU credits). */
const LAUNCH_CREDIT_SECONDS = 30 * 60;
const BURSTABLE = /^t[23]\./;

export interface RentedCapacity {
  /** The most that all CPUs of the instance together may use of one physical CPU; Infinity where no figure was rented. */
  readonly capacity: number;
  /** Seconds of one CPU that are there at the start beyond that. */
  readonly credit: number;
}

/**
 * A type whose cores were sold with at least the units of one of ours rents them whole, with all their threads: a core that is
 * faster today is only that. Of the others each virtual CPU gets that part of its thread's time.
 * @param ecu compute units; null or 0: the provider sells whole CPUs
 */
export function capacityOf({ ecu, type, vcpus, cores }: Pick<Instance, 'ecu' | 'type' | 'vcpus' | 'cores'>): RentedCapacity {
  const part = ecu === null || ecu === 0 ? 1 : ecu / (cores?.count ?? vcpus) / ECU_PER_CPU;
  return {
    capacity: part >= 1 ? Number.POSITIVE_INFINITY : part * vcpus,
    credit: BURSTABLE.test(type) ? LAUNCH_CREDIT_SECONDS * vcpus : 0,
  };
}

/** The capacity of `ecu` compute units. */
export const capacityOfEcu = (ecu: number): number => ecu / ECU_PER_CPU;
