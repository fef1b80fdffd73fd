/** Interrupt lines of the board: where the requests of devices go. */

/** Sets the level of one line; several devices never share an object, but may share a line number. */
export type Line = (asserted: boolean) => void;

/** Wired-or of several sources on one line: it is asserted while any source asserts it. */
export function shareLine(line: Line): () => Line {
  const asserted = new Set<number>();
  let sources = 0;
  return () => {
    const source = sources++;
    return (level) => {
      const before = asserted.size > 0;
      if (level) asserted.add(source);
      else asserted.delete(source);
      if (before !== asserted.size > 0) line(asserted.size > 0);
    };
  };
}
