/** Refusals of the contract's table, thrown. */
import { Refusal } from '../base/refusal.ts';
import { type RefusalCode, refusalOf } from '../contract/refusals.ts';

export function refuse(code: RefusalCode, message?: string): never {
  const refusal = refusalOf(code, message);
  throw new Refusal(refusal.code, refusal.message, refusal.remedy);
}

/** A part that not every stack has. */
export function part<T>(value: T | undefined, what: string): T {
  return value ?? refuse('not-possible-here', `This instance's stack has no ${what}.`);
}
