import { test, expect } from './support/fixtures.ts';
import { OVERVIEW } from './support/journeys.ts';

// The database is reached from here to make a token older; an SQLite file is the server's alone.
test.use({ database: 'postgres' });

test('from the overview one gives the token that expires another end, and finds it there no more', async ({ page, server, visit }) => {
  await server.token({ label: 'expires first', expiry: '7' });
  // On its first day nobody has to do anything about it.
  await visit(OVERVIEW);
  await expect(page.getByRole('link', { name: 'Edit expires first', exact: true })).toHaveCount(0);
  await server.ageTokens('expires first', 14);
  await visit(OVERVIEW);
  await expect(page).toHaveTitle('Overview · Acme · Jeton');
  await expect(page.getByRole('navigation', { name: 'Organization settings' }).getByRole('link', { name: 'Overview' })).toHaveAttribute('aria-current', 'page');
  const expiring = page.getByRole('region', { name: /tokens? expires? soon$/ });
  await expect(expiring.getByRole('row').filter({ hasText: 'expires first' })).toContainText(/In [67] days/);
  await expiring.getByRole('link', { name: 'Edit expires first', exact: true }).click();
  await expect(page).toHaveTitle('Edit token · Acme · Jeton');
  await page.getByRole('group', { name: 'Expires after' }).getByRole('radio', { name: '90 days', exact: true }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The token is saved' })).toBeVisible();
  await visit(OVERVIEW);
  await expect(page.getByRole('link', { name: 'Edit expires first', exact: true })).toHaveCount(0);
});

test('a token without an end leads to its edit form, and to the list that shows the same', async ({ page, server, visit }) => {
  await server.token({ label: 'never ends', expiry: 'never' });
  await visit(OVERVIEW);
  const endless = page.getByRole('region', { name: /tokens? never expires?$/ });
  await endless.getByRole('link', { name: /^Show / }).click();
  await expect(page).toHaveURL(/status=active&expiring=never&sort=expires$/);
  await expect(page.getByRole('row').filter({ hasText: 'never ends' })).toContainText('Never expires');
  await page.goBack();
  await endless.getByRole('link', { name: 'Edit never ends', exact: true }).click();
  await expect(page).toHaveTitle('Edit token · Acme · Jeton');
});
