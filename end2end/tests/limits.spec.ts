import { test, expect } from './support/fixtures.ts';
import { NEW_TOKEN, TOKENS, callApi, fill, row, store, submit, submitAndRead } from './support/journeys.ts';

test('limits are set with a token, hold at once, and are changed like anything else about it', async ({ page, server, visit }) => {
  const networks = page.getByRole('textbox', { name: 'Allowed networks' });
  const rate = page.getByRole('textbox', { name: 'Rate limit' });
  await visit(NEW_TOKEN);
  await page.locator('summary', { hasText: 'Limits: networks and rate' }).click();
  await fill(page, { label: 'bounded' });
  await networks.fill('127.0.0.1/8');
  await rate.fill('2/day');
  await submit(page).click();
  // It may mean two things, and both are offered.
  await expect(networks).toHaveAccessibleDescription(/127\.0\.0\.0\/8/);
  await expect(networks).toHaveValue('127.0.0.1/8');
  await expect(rate).toHaveValue('2/day');
  await networks.fill('127.0.0.0/8\n2001:db8::/32');
  const secret = await submitAndRead(page, server, 'bounded');
  await store(page);
  await expect(row(page, 'bounded')).toContainText('2 networks · 2/day');
  const statuses = [];
  for (let call = 0; call < 3; call += 1) statuses.push((await callApi(server, secret)).status);
  expect(statuses).toEqual([200, 200, 429]);

  await row(page, 'bounded').getByRole('link', { name: 'bounded', exact: true }).click();
  const facts = page.getByRole('main').locator('dl').first();
  await expect(facts).toContainText('127.0.0.0/8 2001:db8::/32');
  await expect(facts).toContainText('2 per day');
  await page.getByRole('link', { name: 'Edit' }).click();
  await expect(networks).toHaveValue('127.0.0.0/8\n2001:db8::/32');
  await networks.fill('2001:db8::/32');
  await rate.fill('');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The token is saved' })).toBeVisible();
  const refused = await callApi(server, secret);
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'ip_not_allowed']);
  await visit(TOKENS);
  await expect(row(page, 'bounded')).toContainText('2001:db8::/32');
  await expect(row(page, 'bounded')).not.toContainText('/day');
});
