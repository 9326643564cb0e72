import { test, expect, live } from './support/fixtures.ts';
import { AUDIT, TOKENS, bin, search, searchFor, select } from './support/journeys.ts';
import { MEMBERS } from './support/people.ts';

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

test('the key / leads from other pages to the search of all tokens, and what is typed meanwhile leads nowhere', async ({ page, server, visit }) => {
  await server.token({ label: 'ci' });
  await visit(AUDIT);
  await page.keyboard.type('/ci');
  await expect(page).toHaveURL(`${TOKENS}#q`);
  await expect(search(page)).toBeFocused();
  await page.keyboard.press('?');
  await expect(search(page)).toHaveValue(/\?$/);
});

test('a secret that is pasted into a search becomes its mask, which finds the token', async ({ page, server, visit }) => {
  const { secret } = await server.token({ label: 'pasted' });
  await server.token({ label: 'another' });
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url()));
  await visit(TOKENS);
  await search(page).fill(`export JETON_TOKEN='${secret}'`);
  await expect(search(page)).toHaveValue(`${secret.slice(0, 8)}…${secret.slice(-4)}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('.row-label')).toHaveText(['pasted']);
  // Nobody is called that, and nobody is told the secret.
  await visit(MEMBERS);
  const name = page.getByRole('searchbox', { name: 'Search name or e-mail address' });
  await name.fill(secret);
  await expect(name).toHaveValue(/…/);
  await name.press('Enter');
  await expect(page.getByRole('heading', { name: 'No members match' })).toBeVisible();
  await visit(AUDIT);
  const who = page.getByRole('textbox', { name: 'Who' });
  await who.fill(secret.slice(0, -3));
  await expect(who).toHaveValue(/…/);
  await who.press('Enter');
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
  expect(sent.filter((address) => address.includes(secret.slice(8, 36)))).toEqual([]);
});
