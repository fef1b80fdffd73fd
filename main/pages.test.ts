/** Which file an address may stand for, and what the content policy says. */
import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ protocol: {} }));
const { contentPolicy, fileOf } = await import('./pages.ts');

describe('our addresses', () => {
  it.each([
    ['app://blanket/', '/pages/index.html'],
    ['app://blanket/assets/a.js', '/pages/assets/a.js'],
    ['app://blanket/../main.cjs', '/pages/main.cjs'],
    ['app://blanket/%2e%2e%2fmain.cjs', undefined],
    ['app://other/index.html', undefined],
    ['file:///etc/passwd', undefined],
  ])('%s', (address, file) => {
    expect(fileOf(address, '/pages')).toBe(file);
  });
});

it('has no unsafe source and one nonce', () => {
  const policy = contentPolicy('abc');
  expect(policy).not.toContain('unsafe');
  expect(policy).not.toContain('*');
  expect(policy).toContain("style-src 'self' 'nonce-abc'");
  expect(policy).toContain("trusted-types 'none'");
});
