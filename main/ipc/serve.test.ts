/** Who may ask, and what becomes of a wrong question. */
import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ ipcMain: { handle: () => undefined } }));
const { answer, trusted } = await import('./serve.ts');

const caller = { contents: 1 };
const frame = (url: string, parent: object | null = null) => ({ url, parent }) as Parameters<typeof trusted>[0];

describe('the guard', () => {
  it.each([
    ['our page in a window of ours', frame('app://blanket/index.html#/x'), true, true],
    ['a page from elsewhere', frame('https://example.com/'), true, false],
    ['an address that only begins like ours', frame('app://blanket.example/'), true, false],
    ['a frame inside our page', frame('app://blanket/index.html', {}), true, false],
    ['a window that is not ours', frame('app://blanket/index.html'), false, false],
    ['a frame that has gone', null, true, false],
  ])('%s', (_name, from, known, expected) => {
    expect(trusted(from, known)).toBe(expected);
  });

  it('answers a stranger with a refusal, and asks nobody', async () => {
    const asked = vi.fn();
    expect(await answer(false, 'fleet.read', {}, caller, asked)).toMatchObject({ ok: false, refusal: { code: 'stranger' } });
    expect(asked).not.toHaveBeenCalled();
  });

  it('refuses a call that is not in the table, and a request that does not fit', async () => {
    const asked = vi.fn();
    expect(await answer(true, 'toString', {}, caller, asked)).toMatchObject({ ok: false, refusal: { code: 'bad-request' } });
    expect(await answer(true, 'task.cancel', { task: 7 }, caller, asked)).toMatchObject({
      ok: false,
      refusal: { message: expect.stringContaining('task') },
    });
    expect(asked).not.toHaveBeenCalled();
  });

  it('never lets a stack trace through', async () => {
    const envelope = await answer(true, 'fleet.read', {}, caller, async () => {
      throw new Error('secret path /home/someone');
    });
    expect(JSON.stringify(envelope)).not.toContain('someone');
    expect(envelope).toMatchObject({ ok: false, refusal: { code: 'internal' } });
  });
});
