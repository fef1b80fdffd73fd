/** What an instance costs per hour under a price model, with each term of the sum kept. */
import { Refusal } from '../base/refusal.ts';
import { type Catalogue, type InstanceType, money, type Price, type PriceModel, sourceOf } from './catalogue.ts';
import { exactFigure, type Figure, moneyInput } from './figure.ts';
import { add, divide, fraction, fromNumber, multiply, type Rational, ZERO } from './rational.ts';

/** Which of a type's prices is meant; the first that fits is taken. */
export interface PriceChoice {
  readonly model: PriceModel;
  readonly termYears?: number | undefined;
  readonly option?: string | undefined;
}

export interface HourlyPrice {
  readonly price: Price;
  /** Per hour that the instance runs, upfront payment spread in. */
  readonly perRunningHour: Rational;
  readonly figure: Figure;
}

const HOURS_PER_YEAR = 8760;

/** The price row meant by `choice`, or a refusal that lists what there is. */
export function priceOf(type: InstanceType, choice: PriceChoice): Price {
  const fits = (it: Price): boolean =>
    it.model === choice.model &&
    (it.model !== 'reserved' ||
      ((choice.termYears === undefined || it.termYears === choice.termYears) &&
        (choice.option === undefined || it.option === choice.option)));
  const found = type.prices.find(fits);
  if (found !== undefined) return found;
  const offered = type.prices.map((it) => (it.model === 'reserved' ? `reserved ${it.termYears}y ${it.option}` : it.model));
  throw new Refusal(
    'no-such-price',
    `${type.id} is not offered ${choice.model}${choice.termYears ? ` for ${choice.termYears} years` : ''}.`,
    `Choose one of: ${[...new Set(offered)].join(', ')}.`,
  );
}

/**
 * Price per running hour. `runningShare` is the part of the term's hours in which the instance runs, above 0 and at most 1:
 * an upfront payment, and an hourly rate that is always due, are spread over the hours in use.
 */
export function hourlyPrice(catalogue: Catalogue, type: InstanceType, choice: PriceChoice, runningShare = 1): HourlyPrice {
  const price = priceOf(type, choice);
  const source = sourceOf(catalogue, price.source);
  const perHour = money(price.perHour);
  const unit = `${catalogue.currency}/h`;
  const base = { id: 'instancePricePerHour', title: `Price of one ${type.id} per running hour`, unit };
  if (price.model !== 'reserved') {
    const formula = 'listed price per hour';
    return {
      price,
      perRunningHour: perHour,
      figure: exactFigure(perHour, { ...base, formula, inputs: [moneyInput('listed price per hour', perHour, unit, source)] }),
    };
  }
  const share = fromNumber(runningShare);
  const upfront = divide(money(price.upfront), fraction(BigInt(price.termYears * HOURS_PER_YEAR)));
  const always = price.billedAlways === true;
  const perRunningHour = always ? divide(add(upfront, perHour), share) : add(divide(upfront, share), perHour);
  const formula = always
    ? '(upfront / (term x 8760 h) + rate) / running share'
    : 'upfront / (term x 8760 h) / running share + rate';
  const inputs = [
    moneyInput('upfront', money(price.upfront), catalogue.currency, source),
    moneyInput('rate', perHour, unit, source),
    { name: 'term', value: price.termYears, unit: 'years', source },
    { name: 'running share', value: runningShare, unit: 'of all hours' },
  ];
  return { price, perRunningHour, figure: exactFigure(perRunningHour, { ...base, formula, inputs }) };
}

/**
 * The running share above which the reserved price is cheaper than on demand; null if it never is.
 * Billed always: (upfront/h + rate) / onDemand. Otherwise: upfront/h / (onDemand - rate).
 */
export function reservedBreakEven(type: InstanceType, choice: PriceChoice): Rational | null {
  const price = priceOf(type, { ...choice, model: 'reserved' });
  const other = type.prices.find((it) => it.model === 'on-demand');
  if (price.model !== 'reserved' || other === undefined) return null;
  const onDemand = money(other.perHour);
  const upfront = divide(money(price.upfront), fraction(BigInt(price.termYears * HOURS_PER_YEAR)));
  const rate = money(price.perHour);
  const below = price.billedAlways === true ? onDemand : add(onDemand, multiply(rate, fraction(-1n)));
  if (below.n <= 0n) return null;
  const share = divide(price.billedAlways === true ? add(upfront, rate) : upfront, below);
  return share.n > share.d || share.n < ZERO.n ? null : share;
}
