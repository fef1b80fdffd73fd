/** The money of a plan, in exact fractions: what the fleet costs per hour, of what it is made, and per machine. */
import { Refusal } from '../../base/refusal.ts';
import { money } from '../catalogue.ts';
import type { Figure } from '../figure.ts';
import { hourlyPrice } from '../price.ts';
import {
  add,
  ceiling,
  compare,
  divide,
  fraction,
  fromNumber,
  multiply,
  ONE,
  parseDecimal,
  type Rational,
  subtract,
  sum,
  whole,
  ZERO,
} from '../rational.ts';
import type { Setting } from './setting.ts';

export interface Cost {
  readonly currency: string;
  /** One instance, per running hour; with its own explanation. */
  readonly instance: Rational;
  readonly instanceFigure: Figure;
  readonly instances: Rational;
  readonly reserve: Rational;
  readonly interruptions: Rational;
  readonly storage: Rational;
  readonly egress: Rational;
  /** All of the above, per hour. */
  readonly total: Rational;
  readonly perMachine: Rational;
  readonly baseline: BaselineCost | null;
}

export interface BaselineCost {
  readonly figure: Figure;
  /** One machine of the baseline's type with the same disk and traffic, per hour. */
  readonly perMachine: Rational;
  /** perMachine of the plan over that of the baseline. */
  readonly ratio: Rational;
  /** The fewest machines on this fleet that cost no more each than the baseline; null if no number does. */
  readonly breakEvenCount: bigint | null;
}

const MOST_LOST = fraction(9n, 10n);

/** Part of the time that is lost to interruptions of a spot instance. */
function lostShare({ scenario, hours }: Setting, perMonth: number | undefined): Rational {
  const rate = scenario.spot.interruptionsPerMonth ?? perMonth ?? 0;
  const lost = divide(
    multiply(fromNumber(rate), fromNumber(scenario.spot.minutesLost)),
    multiply(fraction(60n), fromNumber(hours)),
  );
  if (compare(lost, MOST_LOST) > 0) {
    throw new Refusal(
      'scenario-invalid',
      'spot: interruptions take more than nine tenths of the time.',
      'Lower interruptionsPerMonth or minutesLost.',
    );
  }
  return lost;
}

/** Disk that has to be bought: what does not fit into what comes with the instances. */
function boughtGb({ scenario, type }: Setting): Rational {
  const wanted = sum([
    ...scenario.guests.map((guest) => multiply(whole(guest.count), fromNumber(guest.diskGb))),
    multiply(whole(scenario.instances), fromNumber(scenario.secondLayer.driverDiskGb)),
  ]);
  const included = multiply(whole(scenario.instances), fromNumber(type.diskGb));
  // A list with disks included promises them to machines as thinly as the plan says; nothing is bought on top.
  return type.diskGb > 0 ? ZERO : subtract(wanted, included);
}

export function costOf(setting: Setting): Cost {
  const { scenario, catalogue, type, count, hours, runningShare } = setting;
  const rate = scenario.currency === null ? ONE : (parseDecimal(scenario.currency.perCatalogueUnit) ?? ONE);
  const price = hourlyPrice(catalogue, type, scenario.price, runningShare);
  const instance = multiply(price.perRunningHour, rate);
  const perHour = (monthly: Rational): Rational => divide(monthly, fromNumber(hours));
  const lost = price.price.model === 'spot' ? lostShare(setting, price.price.interruptionsPerMonth) : ZERO;
  const instances = multiply(instance, whole(scenario.instances));
  const interruptions = divide(multiply(instances, lost), subtract(ONE, lost));
  const storage = perHour(multiply(multiply(boughtGb(setting), money(catalogue.storage.perGbMonth)), rate));
  const traffic = sum(scenario.guests.map((guest) => multiply(whole(guest.count), fromNumber(guest.egressGbPerMonth))));
  const egress = perHour(multiply(multiply(traffic, money(catalogue.egress.perGb)), rate));
  const reserve = multiply(instance, whole(scenario.failureReserve));
  const total = sum([instances, reserve, interruptions, storage, egress]);
  const perMachine = divide(total, whole(count));
  const common = {
    currency: scenario.currency?.code ?? catalogue.currency,
    instance,
    instanceFigure: price.figure,
    instances,
    reserve,
    interruptions,
    storage,
    egress,
    total,
    perMachine,
  };
  return {
    ...common,
    baseline: baselineOf(setting, { rate, total, perMachine, variable: divide(add(storage, egress), whole(count)) }),
  };
}

function baselineOf(
  setting: Setting,
  mine: { rate: Rational; total: Rational; perMachine: Rational; variable: Rational },
): BaselineCost | null {
  const { scenario, baseline, count, hours, runningShare } = setting;
  if (baseline === null || scenario.baseline === null) return null;
  const price = hourlyPrice(baseline.catalogue, baseline.type, scenario.baseline.price, runningShare);
  const average = (of: (guest: (typeof scenario.guests)[number]) => number): Rational =>
    divide(sum(scenario.guests.map((guest) => multiply(whole(guest.count), fromNumber(of(guest))))), whole(count));
  const disk = baseline.type.diskGb > 0 ? ZERO : average((guest) => guest.diskGb);
  const monthly = add(
    multiply(disk, money(baseline.catalogue.storage.perGbMonth)),
    multiply(
      average((guest) => guest.egressGbPerMonth),
      money(baseline.catalogue.egress.perGb),
    ),
  );
  const perMachine = multiply(add(price.perRunningHour, divide(monthly, fromNumber(hours))), mine.rate);
  if (perMachine.n === 0n) {
    throw new Refusal(
      'scenario-invalid',
      `baseline: ${baseline.type.id} costs nothing, so nothing can be compared with it.`,
      'Choose a baseline that has a price.',
    );
  }
  const perAdded = subtract(perMachine, mine.variable);
  const fixed = subtract(mine.total, multiply(mine.variable, whole(count)));
  return {
    figure: price.figure,
    perMachine,
    ratio: divide(mine.perMachine, perMachine),
    breakEvenCount: perAdded.n <= 0n ? null : ceiling(divide(fixed, perAdded)),
  };
}

export interface CostPart {
  readonly id: 'guests' | 'tax' | 'idle' | 'reserve' | 'interruptions' | 'storage' | 'egress';
  readonly perHour: Rational;
}

/**
 * Of what the hourly cost is made. The instances' price is split half by CPU and half by memory: what machines use and hold,
 * what the second layer keeps, and what is left over. The parts add up to the total exactly.
 */
export function partsOf(setting: Setting, cost: Cost, use: { cpu: number; memory: number }): CostPart[] {
  const { scenario, type, supply } = setting;
  const ownMemory = Math.min(
    1,
    (scenario.secondLayer.driverMemoryMb + scenario.secondLayer.hypervisorMemoryMb) / (type.memoryGb * 1024),
  );
  const ownCpu = supply.own / supply.threads;
  const cpu = Math.min(use.cpu, 1) * (1 - ownCpu);
  const memory = Math.min(use.memory, 1) * (1 - ownMemory);
  const taxed = cpu * scenario.secondLayer.tax.cpu.value;
  const half = (a: number, b: number): Rational => fromNumber((a + b) / 2);
  const tax = half(ownCpu + taxed, ownMemory);
  const guests = half(cpu - taxed, memory);
  const idle = subtract(ONE, add(tax, guests));
  const part = (share: Rational): Rational => multiply(cost.instances, share);
  return [
    { id: 'guests', perHour: part(idle.n < 0n ? subtract(ONE, tax) : guests) },
    { id: 'tax', perHour: part(tax) },
    { id: 'idle', perHour: part(idle.n < 0n ? ZERO : idle) },
    { id: 'reserve', perHour: cost.reserve },
    { id: 'interruptions', perHour: cost.interruptions },
    { id: 'storage', perHour: cost.storage },
    { id: 'egress', perHour: cost.egress },
  ];
}
