/** Deep links (blanket://machines/i3.7/console) and command-line places. They only show a place; they never do anything. */

const PLACES =
  /^(machines|machine|instance|rent|spend|networks|storage|tasks|planner|settings|partition|new)(\/[\w-][\w.-]{0,63}){0,3}$/;

/** The place a link names, or undefined if it is not one of ours, exactly. */
export function placeOf(link: string): string | undefined {
  const path = /^blanket:\/\/([\w./-]{1,200})$/i.exec(link)?.[1]?.replace(/\/$/, '');
  return path !== undefined && PLACES.test(path) ? `/${path}` : undefined;
}

/** The first place among the arguments of a start: a link, or `--show machine/i3.7/console`. */
export function placeFrom(args: readonly string[]): string | undefined {
  for (const [index, argument] of args.entries()) {
    const link =
      argument === '--show'
        ? `blanket://${args[index + 1] ?? ''}`
        : argument.startsWith('--show=')
          ? `blanket://${argument.slice(7)}`
          : argument;
    const place = placeOf(link);
    if (place !== undefined) return place;
  }
  return undefined;
}
