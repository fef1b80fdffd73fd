/** A figure that can explain itself: formula, inputs, and where each of them comes from. */
import type { Rational } from './rational.ts';
import { toDecimal, toNumber } from './rational.ts';

/** How far a source can be trusted. */
export type Confidence = 'read' | 'derived' | 'memory' | 'measured' | 'assumed' | 'user';

export interface Source {
  readonly title: string;
  /** ISO date at which the figure was true. */
  readonly date: string;
  readonly confidence: Confidence;
  readonly where?: string | undefined;
  readonly note?: string | undefined;
}

export interface FigureInput {
  readonly name: string;
  readonly value: number | string;
  readonly unit: string;
  readonly source?: Source | undefined;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly value: number | null;
  /** The same value as a fraction, where the arithmetic was exact. */
  readonly exact?: string | undefined;
  readonly unit: string;
  /** In the names of `inputs`. */
  readonly formula: string;
  readonly inputs: readonly FigureInput[];
  /** Why there is no value, or what to keep in mind. */
  readonly note?: string | undefined;
}

export type FigureText = Omit<Figure, 'value' | 'exact'>;

/** A figure whose value was reckoned in fractions. */
export const exactFigure = (value: Rational, text: FigureText): Figure => ({
  ...text,
  value: toNumber(value),
  exact: value.d === 1n ? value.n.toString() : `${value.n}/${value.d}`,
});

/** A figure reckoned in floating point. */
export const figure = (value: number | null, text: FigureText): Figure => ({ ...text, value });

/** Names an exact amount among the inputs of a figure. */
export const moneyInput = (name: string, value: Rational, unit: string, source?: Source): FigureInput => ({
  name,
  value: toDecimal(value, 9),
  unit,
  source,
});

/** The figure as lines of text, for a terminal or a tooltip. */
export function explain(it: Figure): string[] {
  const lines = [
    `${it.title}: ${it.value ?? 'none'} ${it.unit}${it.exact?.includes('/') ? ` (exactly ${it.exact})` : ''}`,
    `  = ${it.formula}`,
  ];
  for (const input of it.inputs) {
    const { source } = input;
    lines.push(
      `  ${input.name} = ${input.value} ${input.unit}${source ? `  [${source.title}; ${source.date}; ${source.confidence}]` : ''}`,
    );
  }
  if (it.note !== undefined) lines.push(`  ${it.note}`);
  return lines;
}
