/** What a plan asks of the wizards: one order for each class of machines, carried in the address from page to page. */

export interface CutOrder {
  readonly name: string;
  readonly count: number;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskGib: number;
  readonly weight: number;
  readonly cap: number;
}

const NUMBERS = ['count', 'vcpus', 'memoryMib', 'diskGib', 'weight', 'cap'] as const;

export const cutQuery = (orders: readonly CutOrder[]): string => JSON.stringify(orders);

const isOrder = (value: unknown): value is CutOrder =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  NUMBERS.every((key) => Number.isFinite((value as Record<string, unknown>)[key]));

/** Nothing for an address that says nothing, or nonsense. */
export function cutOrders(text: string | undefined): CutOrder[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isOrder) : [];
  } catch {
    return [];
  }
}
