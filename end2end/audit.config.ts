import { defineConfig } from '@playwright/test';
import { browser } from './browser.ts';
import type { Options } from './tests/support/fixtures.ts';

// `cargo xtask audit-ui`: what pages weigh, how soon they are there, and what Lighthouse thinks of them. One after the other: they are measured.
export default defineConfig<object, Options>({
  testDir: 'audit',
  testMatch: '*.audit.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 300_000,
  reporter: 'line',
  use: { ...browser, database: 'sqlite', screenshot: 'off' },
});
