/** The packaging file: valid by electron-builder's own schema, nothing of the tests in it, fuses as they must be. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const root = resolve(import.meta.dirname, '..');
const own = createRequire(require.resolve('electron-builder'));
const { load } = own('js-yaml') as { load(text: string): Record<string, unknown> };
const config = load(readFileSync(resolve(root, 'electron-builder.yml'), 'utf8'));

it('is valid', async () => {
  const { validateConfiguration } = own('app-builder-lib/out/util/config/config') as {
    validateConfiguration(config: unknown, debug: { add(): void }): Promise<void>;
  };
  await expect(validateConfiguration(structuredClone(config), { add: () => undefined })).resolves.toBeUndefined();
});

it('packs the built program and its guest image, and nothing of the tests', () => {
  const files = config.files as string[];
  expect(files.filter((it) => !it.startsWith('!'))).toEqual(['dist/app/**', 'package.json']);
  expect(config.extraResources).toEqual([{ from: 'dist/image', to: 'image', filter: ['**/*'] }]);
  expect(JSON.stringify(config)).not.toMatch(/stand-in|scripted|e2e/);
});

it('closes what a shipped program must not offer', () => {
  expect(config.electronFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  });
});
