/** Refusals of the contract's table, thrown. */
import { type RefusalCode, refusalFrom, refusalOf } from '../contract/refusals.ts';

export function refuse(code: RefusalCode, message?: string): never {
  throw refusalFrom(refusalOf(code, message));
}

/** A part that not every stack has. */
export function part<T>(value: T | undefined, what: string): T {
  return value ?? refuse('not-possible-here', `This instance's stack has no ${what}.`);
}
