/** Refusals of the contract's table, thrown. */
import { Refusal } from '../base/refusal.ts';
import { type RefusalCode, refusalOf } from '../contract/refusals.ts';

export function refuse(code: RefusalCode, message?: string): never {
  const refusal = refusalOf(code, message);
  throw new Refusal(refusal.code, refusal.message, refusal.remedy);
}
