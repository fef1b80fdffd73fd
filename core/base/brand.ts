/** Numbers that may not be mixed up: a brand exists at compile time only. */

declare const brand: unique symbol;

/** `Base` that cannot be assigned from another brand or a plain value without naming the crossing. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
