import { test, expect } from './support/fixtures.ts';
import { TOKENS } from './support/journeys.ts';
import type { Page } from '@playwright/test';

const LIGHT = 'rgb(248, 248, 246)';
const DARK = 'rgb(18, 18, 17)';

/** Chooses among the colours that the profile offers. */
async function choose(page: Page, visit: (address: string) => Promise<void>, theme: string): Promise<void> {
  await visit('/account');
  // The radio button lies below its word.
  await page.getByRole('radio', { name: theme }).check();
  await page.getByRole('button', { name: 'Save preferences' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'This browser remembers what you chose.' })).toBeVisible();
  await expect(page.getByRole('radio', { name: theme })).toBeChecked();
}

/** The colour behind everything, and the one that the browser is told to paint around the page. */
async function colours(page: Page): Promise<{ canvas: string; around: string[] }> {
  return await page.evaluate(() => ({
    canvas: getComputedStyle(document.documentElement).backgroundColor,
    around: [...document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')].filter(({ media }) => matchMedia(media || 'all').matches).map(({ content }) => content),
  }));
}

test('the colours are those of the system until others are chosen, and those then stay, before signing in as well', async ({ page, context, visit }) => {
  for (const [colorScheme, canvas, around] of [['light', LIGHT, '#ffffff'], ['dark', DARK, '#1a1a19']] as const) {
    await page.emulateMedia({ colorScheme });
    await visit(TOKENS);
    expect(await colours(page)).toEqual({ canvas, around: [around] });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await choose(page, visit, 'Dark');
  for (const address of [TOKENS, '/docs/api']) {
    await page.goto(address);
    expect(await colours(page), address).toEqual({ canvas: DARK, around: ['#1a1a19'] });
  }
  await context.clearCookies({ name: '__Host-sid' });
  await page.goto('/sign-in');
  expect(await colours(page)).toEqual({ canvas: DARK, around: ['#1a1a19'] });
});

test('a dark system shows the console light where that was chosen, and goes dark again when the choice is taken back', async ({ page, context, visit }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await choose(page, visit, 'Light');
  await visit(TOKENS);
  expect(await colours(page)).toEqual({ canvas: LIGHT, around: ['#ffffff'] });
  await choose(page, visit, 'As the system');
  expect(await colours(page)).toEqual({ canvas: DARK, around: ['#1a1a19'] });
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('__Host-theme');
});

test('a page is never painted in the other colours first: they are there before style and scripts', async ({ page, visit }) => {
  await choose(page, visit, 'Dark');
  await page.emulateMedia({ colorScheme: 'light' });
  // Without a style sheet the canvas is the browser's own, in the scheme that the document names.
  await page.route(/\.css$/, (route) => route.fulfill({ contentType: 'text/css', body: '' }));
  await page.goto('/account');
  const ground = await page.evaluate(() => {
    const probe = document.createElement('i');
    probe.style.color = 'Canvas';
    return getComputedStyle(document.body.appendChild(probe)).color;
  });
  expect(ground).toBe('rgb(18, 18, 18)');
});
