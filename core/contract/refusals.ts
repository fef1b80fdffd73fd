/** Every refusal that the window can meet on its way, with what to do. Others come from the code that refuses, in the same form. */
import { Refusal } from '../base/refusal.ts';
import type { RefusalShape } from './tasks.ts';

export const REFUSALS = {
  'bad-request': {
    message: 'The request is not one this program understands.',
    remedy: 'Correct the marked field and try again.',
  },
  'bad-answer': {
    message: 'A part of the program answered with something unexpected.',
    remedy: 'Collect diagnostics under Settings and report it.',
  },
  stranger: {
    message: 'The request did not come from a window of this program.',
    remedy: 'Close the window and open it again from the menu.',
  },
  'process-down': {
    message: 'The process that answers this is not running.',
    remedy: 'It is being restarted; try again in a few seconds.',
  },
  'process-silent': {
    message: 'The process that answers this does not react.',
    remedy: 'It will be restarted if it stays silent; try again in a few seconds.',
  },
  'no-such-instance': { message: 'There is no such instance.', remedy: 'Choose one from the Machines page.' },
  'no-such-machine': {
    message: 'There is no such machine.',
    remedy: 'It may have been deleted; choose one from the Machines page.',
  },
  'no-such-device': { message: 'The machine has no such device.', remedy: 'Name one of those it has.' },
  'wrong-state': {
    message: 'That cannot be done in the present state.',
    remedy: 'Wait until the current work has ended, or choose another action.',
  },
  'not-possible-here': { message: 'This instance cannot do that.', remedy: 'Choose an instance with a Blanket.' },
  cancelled: { message: 'It was cancelled.', remedy: 'Start it again when you are ready.' },
  protected: { message: 'The machine is protected.', remedy: 'Remove the protection in its details first.' },
  'not-enough': { message: 'The instance has not enough left for that.', remedy: 'Ask for less, or rent a bigger instance.' },
  'no-image': {
    message: 'The guest image is not there yet.',
    remedy: 'Prepare it on the Storage page, or import a kernel and a RAM disk.',
  },
  'store-damaged': {
    message: 'The settings file could not be read.',
    remedy: 'It was kept as a backup and the defaults are in use.',
  },
  'disk-full': { message: 'The disk of this computer is full.', remedy: 'Free some space and try again.' },
  internal: { message: 'Something went wrong inside the program.', remedy: 'Collect diagnostics under Settings and report it.' },
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** What crosses between processes in place of an answer. */
export type Envelope<T> = { ok: true; value: T } | { ok: false; refusal: RefusalShape };

/** A refusal of the table, with a more exact sentence where there is one. */
export function refusalOf(code: RefusalCode, message?: string): RefusalShape {
  const row = REFUSALS[code];
  return { code, message: message ?? row.message, remedy: row.remedy };
}

/** The refusal to throw, on the side that it has crossed to. */
export const refusalFrom = ({ code, message, remedy }: RefusalShape): Refusal => new Refusal(code, message, remedy);

/** Makes a refusal of whatever was thrown; a stack trace never reaches a window. */
export function asRefusal(thrown: unknown): RefusalShape {
  if (thrown instanceof Error && 'code' in thrown && 'remedy' in thrown) {
    return { code: String(thrown.code), message: thrown.message, remedy: String(thrown.remedy) };
  }
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC') return refusalOf('disk-full');
  return refusalOf('internal');
}
