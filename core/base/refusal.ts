/** What a person asked for and cannot have: a code, a sentence, and what to do about it. */

/** An expected failure at the boundary to a person (bad file, wrong option, full disk). */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /**
   * @param code stable, kebab-case; tests and the window key on it
   * @param message one sentence that says what is wrong, naming the offending thing
   * @param remedy one sentence that says what to do
   */
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What `action` comes to, or what it was refused with; anything else that it throws goes on. */
export function attempt<T>(action: () => T): { readonly result: T } | { readonly refusal: Refusal } {
  try {
    return { result: action() };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}
