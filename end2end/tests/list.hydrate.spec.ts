import { test, expect, live } from './support/fixtures.ts';
import { TOKENS, bin, search, searchFor, select } from './support/journeys.ts';

test('the key / leads to the search, except where it is typed', async ({ page, server, visit }) => {
  await server.token({ label: 'a/b' });
  await visit(TOKENS);
  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
  await page.keyboard.type('a/b');
  await expect(search(page)).toHaveValue('a/b');
  await page.keyboard.press('Enter');
  await expect(page.locator('.row-label')).toHaveText(['a/b']);
  await expect(search(page)).toBeFocused();
  await live(page);
  // Not from behind a dialog.
  await bin(page, 'a/b').click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await live(page);
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('/');
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
});

test('all of a page are selected at once, and let go of when the list changes', async ({ page, server, visit }) => {
  for (const label of ['many one', 'many two', 'few']) await server.token({ label });
  await visit(`${TOKENS}?q=many`);
  const all = page.getByRole('checkbox', { name: 'Select all on this page' });
  const told = page.locator('.selection').getByRole('status');
  await all.check();
  await expect(told).toHaveText('2 tokens selected.');
  await expect(select(page, 'many one')).toBeChecked();
  await select(page, 'many one').uncheck();
  await expect(told).toHaveText('1 token selected.');
  expect(await all.evaluate((box: HTMLInputElement) => [box.checked, box.indeterminate])).toEqual([false, true]);
  await searchFor(page, 'few');
  await expect(page.locator('.row-label')).toHaveText(['few']);
  await live(page);
  await expect(select(page, 'few')).not.toBeChecked();
  await expect(told).toHaveText('Select tokens to revoke several at once.');
  await page.getByRole('button', { name: 'Revoke selected' }).click();
  await expect(told).toHaveText('Select at least one token first.');
  // One is asked about as its bin does.
  await select(page, 'few').check();
  await page.getByRole('button', { name: 'Revoke selected' }).click();
  await expect(page.getByRole('alertdialog', { name: 'Revoke token “few”?' })).toBeVisible();
});

test('a secret that is pasted into the search goes nowhere', async ({ page, server, visit }) => {
  const { secret } = await server.token({ label: 'pasted' });
  await visit(TOKENS);
  let sent = 0;
  page.on('request', () => (sent += 1));
  await searchFor(page, secret);
  expect(await search(page).evaluate((field: HTMLInputElement) => field.validity.patternMismatch)).toBe(true);
  await expect(search(page)).toBeFocused();
  await expect(page).toHaveURL(TOKENS);
  expect(sent).toBe(0);
});
