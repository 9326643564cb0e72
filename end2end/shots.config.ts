import { defineConfig } from '@playwright/test';
import { browser } from './browser.ts';
import type { Options } from './tests/support/fixtures.ts';

// `npm run shots`: pictures of every page and dialog for people to look at, in the folder that SHOTS names.
export default defineConfig<object, Options>({
  testDir: 'shots',
  testMatch: '*.shots.ts',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: true,
  timeout: 60_000,
  reporter: 'list',
  use: { ...browser, database: 'sqlite', screenshot: 'off' },
  projects: [{ name: 'live' }, { name: 'scripts-off', use: { javaScriptEnabled: false } }],
});
