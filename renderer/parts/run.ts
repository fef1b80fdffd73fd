/** Does something a person asked for: what is refused becomes a notice, never a lost promise. */
import { refusalOf } from '../desk/client.ts';
import { note } from '../desk/fleet.ts';

export function run(what: () => Promise<unknown>, unit: string | null = null): void {
  what().catch((thrown: unknown) =>
    note({ level: 'failure', unit, words: 'notice.refused', values: {}, refusal: refusalOf(thrown) }),
  );
}
