/** How this folder refuses: one place that turns a schema's findings and a bad number into a Refusal with a path. */
import type * as z from 'zod';
import { Refusal } from '../base/refusal.ts';

/** Checks `input` against `schema`; the first findings become the sentence, each with the path of the bad value. */
export function checked<S extends z.ZodType>(
  schema: S,
  input: unknown,
  what: { code: string; noun: string; remedy: string },
): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const findings = result.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || what.noun}: ${issue.message}`);
  const more = result.error.issues.length - findings.length;
  throw new Refusal(
    what.code,
    `${what.noun} is not valid: ${findings.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    what.remedy,
  );
}

/** Reads JSON text or refuses. */
export function parsedJson(text: string, what: { code: string; noun: string; remedy: string }): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(what.code, `${what.noun} is not JSON: ${reason}.`, what.remedy, { cause });
  }
}
