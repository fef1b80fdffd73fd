/** End-to-end tests: one worker, because the application is single and the machine is small. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  retries: 0,
  reporter: process.env.CI === undefined ? 'list' : 'line',
  outputDir: '../test-results',
  globalSetup: './build.ts',
});
