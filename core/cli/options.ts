/** Readers of option values: what cannot be read is wrong usage. */
import { InvalidArgumentError } from 'commander';

/** A whole number within limits, written in decimal. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
    return value;
  };

/** A positive number, fractions allowed. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It is a number greater than zero.');
  return value;
}

/** A regular expression. */
export function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? `${error.message}.` : 'It is a regular expression.');
  }
}

/** A date in a form that JavaScript knows, as seconds since 1970. */
export function date(text: string): number {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError('It is a date such as 2026-01-31 or 2026-01-31T12:00:00Z.');
  return milliseconds / 1000;
}

/** Width and height of a screen. */
export function screenSize(text: string): { width: number; height: number } {
  const match = /^(\d{3,4})x(\d{3,4})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It is a size such as 1024x768.');
  return { width: Number(match[1]), height: Number(match[2]) };
}

/** Collects an option that may be given several times. */
export const several = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];
