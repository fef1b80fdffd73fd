/** A report holds nothing private. */
import { expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ app: {} }));
const { withoutSecrets } = await import('./diagnostics.ts');

it('takes out the home folder, passwords, tokens and keys', () => {
  const text =
    'file /home/ann/x password=hunter2 "token": "abc.def" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIx -----BEGIN PRIVATE KEY-----\nxyz\n-----END PRIVATE KEY-----';
  const clean = withoutSecrets(text, '/home/ann');
  for (const secret of ['ann', 'hunter2', 'abc.def', 'AAAAC3', 'xyz']) expect(clean).not.toContain(secret);
  expect(clean).toContain('file ~/x');
});
