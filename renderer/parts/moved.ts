/** Moving an entry within a list. */

/** The list with one entry moved; places beyond the ends are the ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = [...list];
  const [entry] = from < 0 ? [] : rest.splice(from, 1);
  if (entry !== undefined) rest.splice(Math.max(0, Math.min(rest.length, to)), 0, entry);
  return rest;
}
