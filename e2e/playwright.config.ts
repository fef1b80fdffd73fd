/** End-to-end tests: each starts an application of its own, so two files run beside each other. */
import { defineConfig } from '@playwright/test';

const json = process.env.PLAYWRIGHT_JSON_OUTPUT_NAME;

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  workers: 2,
  // How long something may take before a test is called hung: generous, because a computer may be slow and busy.
  timeout: 240_000,
  expect: { timeout: 45_000 },
  retries: 0,
  reporter: [
    [process.env.CI === undefined ? 'list' : 'line'],
    ...(json === undefined ? [] : [['json', { outputFile: json }] as const]),
  ],
  outputDir: '../test-results',
  globalSetup: './build.ts',
});
