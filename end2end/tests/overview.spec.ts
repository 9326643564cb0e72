import { test, expect } from './support/fixtures.ts';
import { OVERVIEW, callApi, rotate } from './support/journeys.ts';

test('from the overview one rotates the token that expires, and finds it there until it has another end', async ({ page, server, visit }) => {
  const old = await server.token({ label: 'expires first', expiry: '7' });
  await visit(OVERVIEW);
  await expect(page).toHaveTitle('Overview · Acme · Jeton');
  await expect(page.getByRole('navigation', { name: 'Organization settings' }).getByRole('link', { name: 'Overview' })).toHaveAttribute('aria-current', 'page');
  const expiring = page.getByRole('region', { name: /tokens? expires? within 30 days$/ });
  await expect(expiring.getByRole('row').filter({ hasText: 'expires first' })).toContainText(/Expires in [67] days/);
  await expiring.getByRole('link', { name: 'Rotate expires first', exact: true }).click();
  await expect(page).toHaveTitle('Rotate token · Acme · Jeton');
  const secret = await rotate(page, server, 'expires first', 'Now');
  expect([(await callApi(server, old.secret)).status, (await callApi(server, secret)).status]).toEqual([401, 200]);

  await visit(OVERVIEW);
  await expiring.getByRole('link', { name: 'expires first', exact: true }).click();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('group', { name: 'Expires after' }).getByRole('radio', { name: '90 days', exact: true }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The token is saved' })).toBeVisible();
  await visit(OVERVIEW);
  await expect(page.getByRole('link', { name: 'Rotate expires first', exact: true })).toHaveCount(0);
});

test('a token without an end leads to its edit form, and to the list that shows the same', async ({ page, server, visit }) => {
  await server.token({ label: 'never ends', expiry: 'never' });
  await visit(OVERVIEW);
  const endless = page.getByRole('region', { name: /tokens? never expires?$/ });
  await endless.getByRole('link', { name: /^Show / }).click();
  await expect(page).toHaveURL(/status=active&expiring=never&sort=created$/);
  await expect(page.getByRole('row').filter({ hasText: 'never ends' })).toContainText('Never expires');
  await page.goBack();
  await endless.getByRole('link', { name: 'Edit never ends', exact: true }).click();
  await expect(page).toHaveTitle('Edit token · Acme · Jeton');
});
