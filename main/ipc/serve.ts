/**
 * The only place where the raw IPC is used. Every call is refused unless it comes from the top frame of one of our own
 * windows, showing our own pages, and its request fits the schema of the contract.
 */
import { type IpcMainInvokeEvent, ipcMain, type WebFrameMain } from 'electron';
import { type CallName, calls, isCallName } from '../../core/contract/calls.ts';
import { check } from '../../core/contract/check.ts';
import { asRefusal, type Envelope, refusalOf } from '../../core/contract/refusals.ts';
import type { Logs } from '../logs.ts';

/** The address all our pages have. */
export const ORIGIN = 'app://blanket';
const CALL_CHANNEL = 'desk:call';

export interface Caller {
  /** Id of the window's contents. */
  readonly contents: number;
}

export type Answering = (name: CallName, request: unknown, caller: Caller) => Promise<unknown>;

/** True if the frame is the top frame of a window and shows our own page. */
export function trusted(frame: Pick<WebFrameMain, 'parent' | 'url'> | null, known: boolean): boolean {
  return known && frame !== null && frame.parent === null && (frame.url === ORIGIN || frame.url.startsWith(`${ORIGIN}/`));
}

/** Answers one call, whatever it holds; never throws. */
export async function answer(
  from: boolean,
  name: unknown,
  request: unknown,
  caller: Caller,
  answering: Answering,
): Promise<Envelope<unknown>> {
  if (!from) return { ok: false, refusal: refusalOf('stranger') };
  if (!isCallName(name)) return { ok: false, refusal: refusalOf('bad-request', 'There is no call of that name.') };
  const checked = check(calls[name].request, request);
  if (!checked.ok) return checked;
  try {
    return { ok: true, value: await answering(name, checked.value, caller) };
  } catch (thrown) {
    return { ok: false, refusal: asRefusal(thrown) };
  }
}

export function serve(answering: Answering, isKnown: (contents: number) => boolean, logs: Logs): void {
  ipcMain.handle(CALL_CHANNEL, async (event: IpcMainInvokeEvent, name: unknown, request: unknown) => {
    const from = trusted(event.senderFrame, isKnown(event.sender.id));
    const envelope = await answer(from, name, request, { contents: event.sender.id }, answering);
    if (!envelope.ok) logs.write('calls', `${String(name)} refused: ${envelope.refusal.code}: ${envelope.refusal.message}`);
    return envelope;
  });
}
