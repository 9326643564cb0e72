import { defineConfig } from '@playwright/test';
import { browser } from './browser.ts';
import type { Options } from './tests/support/fixtures.ts';

// Specs that need scripts are named *.hydrate.spec.ts; every other one holds with scripts and without.
const needsScripts = '**/*.hydrate.spec.ts';
// What pages look like does not depend on the database; pictures of them are compared once.
const pictures = '**/baselines.spec.ts';
const looks = ['**/a11y.spec.ts', pictures];

// Each journey is made with scripts and without, and on each database; the pairs that bring nothing new wait for `cargo xtask test --thorough`.
const pairs = [
  { name: 'sqlite hydrated', use: { database: 'sqlite' as const } },
  { name: 'postgres scripts-off', testIgnore: [needsScripts, ...looks], use: { database: 'postgres' as const, javaScriptEnabled: false } },
];
const otherPairs = [
  { name: 'sqlite scripts-off', testIgnore: [needsScripts, pictures], use: { database: 'sqlite' as const, javaScriptEnabled: false } },
  { name: 'postgres hydrated', testIgnore: looks, use: { database: 'postgres' as const } },
];

export default defineConfig<object, Options>({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  // Letters are alike everywhere (fonts.conf), so little is let through: five shades of a grey, a handful of pixels.
  expect: { timeout: 10_000, toHaveScreenshot: { threshold: 0.02, maxDiffPixels: 40 } },
  snapshotPathTemplate: 'baselines/{arg}{ext}',
  reporter: 'list',
  use: { ...browser, actionTimeout: 10_000, navigationTimeout: 20_000 },
  projects: process.env['THOROUGH'] ? [...pairs, ...otherPairs] : pairs,
});
