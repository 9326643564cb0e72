import { readFile } from 'node:fs/promises';
import { test, expect, live, signIn } from './support/fixtures.ts';
import { TOKENS, bin, callApi, confirmation, filter, revokeButton, row, search, searchFor, select } from './support/journeys.ts';

test('a search narrows the list, filters narrow it further, and the address says all of it', async ({ page, server, visit, scripts }) => {
  await server.token({ label: 'needle one', role: 'developer' });
  await server.token({ label: 'a needle, too', description: 'Another one.' });
  await server.token({ label: 'hay', description: 'Needles are elsewhere.' });
  await visit(TOKENS);
  await searchFor(page, 'NEEDLE');
  const labels = page.locator('.row-label');
  await expect(labels).toHaveText(['hay', 'a needle, too', 'needle one']);
  await expect(page).toHaveURL(/[?&]q=NEEDLE(&|$)/);
  await filter(page, { Role: 'Developer' });
  await expect(labels).toHaveText(['needle one']);
  await expect(page).toHaveURL(/[?&]role=developer(&|$)/);
  await expect(page.locator('summary', { hasText: 'Filters' })).toContainText('1 applied');

  await page.reload();
  if (scripts) await live(page);
  await expect(labels).toHaveText(['needle one']);
  await expect(search(page)).toHaveValue('NEEDLE');
  await expect(page.getByLabel('Role')).toHaveValue('developer');

  // The dialog keeps the place, and closing it leads back to it.
  await bin(page, 'needle one').click();
  await expect(confirmation(page, 'needle one')).toBeVisible();
  await expect(page).toHaveURL(/q=NEEDLE&role=developer&revoke=/);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(confirmation(page, 'needle one')).toBeHidden();
  await expect(labels).toHaveText(['needle one']);

  await searchFor(page, 'nothing is called this');
  await expect(page.getByRole('heading', { name: 'No active tokens match' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear search and filters' }).click();
  await expect(page).toHaveURL(TOKENS);
  await expect(search(page)).toHaveValue('');
  await expect(row(page, 'hay')).toBeVisible();
});

test('heads sort, and pages follow one another in that order', async ({ another, context, page, scripts }) => {
  const server = await another('set up');
  await context.clearCookies();
  await signIn(context, server.owner, server.origin);
  const names = Array.from({ length: 27 }, (_, index) => `t${String((index * 10) % 27).padStart(2, '0')}`);
  for (const [index, label] of names.entries()) await server.token({ label, expiry: index === 0 ? 'never' : '30' });
  await page.goto(server.origin + TOKENS);
  if (scripts) await live(page);
  const head = (name: string) => page.getByRole('columnheader', { name });
  const labels = page.locator('.row-label');
  await expect(head('Created')).toHaveAttribute('aria-sort', 'descending');
  await head('Label').getByRole('link').click();
  await expect(head('Label')).toHaveAttribute('aria-sort', 'ascending');
  await expect(head('Created')).not.toHaveAttribute('aria-sort');
  await expect(labels).toHaveText(names.toSorted().slice(0, 25));
  await expect(page.getByRole('table', { name: 'API tokens of Acme, by label, A to Z' })).toBeVisible();
  const pages = page.getByRole('navigation', { name: 'Pagination' });
  await pages.getByRole('link', { name: 'Next page' }).click();
  await expect(labels).toHaveText(names.toSorted().slice(25));
  await head('Label').getByRole('link').click();
  await expect(labels).toHaveText(names.toSorted().toReversed().slice(0, 25));
  await head('Expires').getByRole('link').click();
  await expect(head('Expires')).toHaveAttribute('aria-sort', 'ascending');
  await pages.getByRole('link', { name: 'Next page' }).click();
  await expect(labels.last()).toHaveText('t00');
});

test('what can be done with a row is in view at every width, and the page never scrolls sideways', async ({ page, server, visit }) => {
  await server.token({ label: 'a-label-that-takes-its-place', description: 'Rolls out the shop.', role: 'developer', expiry: '7' });
  await visit(TOKENS);
  const way = bin(page, 'a-label-that-takes-its-place');
  for (const width of [320, 360, 768, 1024, 1056, 1100, 1183, 1184, 1280, 1312, 1366, 1439, 1440, 1600, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    const across = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(across[0], `the page at ${width}`).toBeLessThanOrEqual(across[1] ?? 0);
    const [button, frame] = [await way.boundingBox(), await page.locator('#tokens-frame').boundingBox()];
    expect(button && frame && button.x >= frame.x && button.x + button.width <= frame.x + frame.width + 1, `the bin at ${width}`).toBe(true);
  }
});

test('what is revoked is in the other view, with when and who', async ({ page, server, visit }) => {
  const { token } = await server.token({ label: 'over and out' });
  await server.token({ label: 'goes on' });
  await visit(TOKENS);
  await bin(page, 'over and out').click();
  await confirmation(page, 'over and out').fill('over and out');
  await revokeButton(page).click();
  await expect(page.getByText('Token “over and out” is revoked.')).toBeVisible();
  await expect(row(page, 'over and out')).toHaveCount(0);
  await page.getByRole('link', { name: 'Inactive' }).click();
  await expect(page.getByRole('link', { name: 'Inactive' })).toHaveAttribute('aria-current', 'page');
  await expect(row(page, 'over and out')).toContainText('by Ada Lovelace');
  await expect(row(page, 'over and out')).toContainText(token.hint);
  await expect(row(page, 'goes on')).toHaveCount(0);
  await page.getByRole('link', { name: 'Active', exact: true }).click();
  await expect(row(page, 'goes on')).toBeVisible();
});

test('a revoked token that is still presented says so on its row and on its page, with why it was revoked', async ({ page, server, visit }) => {
  const { token, secret } = await server.token({ label: 'lives on somewhere' });
  await visit(TOKENS);
  await bin(page, 'lives on somewhere').click();
  await confirmation(page, 'lives on somewhere').fill('lives on somewhere');
  await page.getByRole('textbox', { name: 'Why (optional)' }).fill('found in a gist');
  await revokeButton(page).click();
  await expect(page.getByText('Token “lives on somewhere” is revoked.')).toBeVisible();
  for (let time = 0; time < 3; time += 1) expect((await callApi(server, secret)).status).toBe(401);
  // What was refused is written down a moment after it was.
  await expect(async () => {
    await visit(`${TOKENS}?view=inactive&q=lives`);
    await expect(row(page, 'lives on somewhere')).toContainText('It is tried and refused: 3 times', { timeout: 200 });
  }).toPass();
  await expect(row(page, 'lives on somewhere')).toContainText('by Ada Lovelace: found in a gist');
  await visit(`${TOKENS}/${token.id}`);
  await expect(page.getByText('This revoked token is still being tried')).toBeVisible();
});

test('each row leads to the form that edits it, as long as it can be edited', async ({ page, server, visit }) => {
  await server.token({ label: 'edited from its row' });
  await visit(TOKENS);
  await page.getByRole('link', { name: 'Edit edited from its row' }).click();
  await expect(page).toHaveTitle('Edit token · Acme · Jeton');
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue('edited from its row');
});

test('several tokens are revoked at once, after a look at which', async ({ page, server, visit, scripts }) => {
  const made = [];
  for (const label of ['together one', 'together two', 'not together']) made.push(await server.token({ label }));
  await visit(`${TOKENS}?q=together`);
  await select(page, 'together one').check();
  await select(page, 'together two').check();
  if (scripts) await expect(page.getByRole('status').filter({ hasText: '2 tokens selected.' })).toBeVisible();
  await page.getByRole('button', { name: 'Revoke selected' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Revoke tokens' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Tokens to revoke' }).getByRole('listitem')).toContainText(['together two', 'together one']);
  const button = page.getByRole('button', { name: 'Revoke tokens' });
  const typed = page.getByRole('textbox', { name: 'To confirm, type: 2' });
  await typed.fill('3');
  if (scripts) await expect(button).toBeDisabled();
  else {
    await button.click();
    await expect(typed).toHaveAccessibleDescription('Type 2 to confirm, exactly as it is shown.');
  }
  expect((await callApi(server, made[0]!.secret)).status).toBe(200);
  await typed.fill('2');
  await button.click();
  await expect(page.getByRole('status').filter({ hasText: '2 tokens are revoked.' })).toBeVisible();
  await expect(page.locator('.row-label')).toHaveText(['not together']);
  expect(await Promise.all(made.map(async ({ secret }) => (await callApi(server, secret)).status))).toEqual([401, 401, 200]);
});

test('the list is exported as it is narrowed', async ({ page, server, visit }) => {
  const { token } = await server.token({ label: '=exported', description: 'In a "file".' });
  await visit(`${TOKENS}?q=%3Dexported`);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('acme-tokens.csv');
  const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain(`'=exported,"In a ""file"".",${token.hint},organization,viewer,`);
});

test('an address that cannot be read says what is wrong and leads back', async ({ page, server, visit }) => {
  await server.token({ label: 'still here' });
  await visit(`${TOKENS}?status=asleep`);
  await expect(page.getByRole('alert')).toContainText('The status can be active, disabled, expired, revoked');
  await page.getByRole('link', { name: 'Show all active tokens' }).click();
  await expect(row(page, 'still here')).toBeVisible();
});
