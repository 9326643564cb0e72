// Whoever signed in a while ago types their password once more before they give rights, and loses nothing of what they typed.

import { test, expect, signIn } from './support/fixtures.ts';
import { NEW_TOKEN, fill, secretField, submit } from './support/journeys.ts';
import { OWNER } from './support/server.ts';

// The database is reached from here to make a session older; an SQLite file is the server's alone.
test.use({ signedIn: false, database: 'postgres' });

test('a token with admin scope asks for the password in the same form, once', async ({ page, context, visit, another }) => {
  const server = await another('set up');
  await signIn(context, server.owner, server.origin);
  await visit(new URL(NEW_TOKEN, server.origin).href);
  await server.age();
  await fill(page, { label: 'minter', description: 'Mints', role: 'Admin', expiry: '30 days' });
  await submit(page).click();
  const confirm = page.getByRole('group', { name: 'Confirm it is you' });
  const password = confirm.getByLabel('Your password');
  await expect(password).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue('minter');
  await expect(page.getByRole('radio', { name: 'Admin' })).toBeChecked();
  await expect(page.getByRole('link', { name: 'Confirm that it is you' })).toHaveAttribute('href', '#current_password');
  const before = (await context.cookies()).find(({ name }) => name === '__Host-sid')?.value;
  await password.fill('certainly the wrong password');
  await submit(page).click();
  await expect(password).toHaveAccessibleDescription(/This is not your password/);
  await password.fill(OWNER.password);
  await submit(page).click();
  await expect(page.getByRole('dialog', { name: 'Token “minter” is generated' })).toBeVisible();
  server.secret(await secretField(page).inputValue(), 'the secret of minter');
  const after = (await context.cookies()).find(({ name }) => name === '__Host-sid')!.value;
  expect(after).not.toBe(before);
  server.secret(after, 'the cookie that the confirmation gave');
  // The session goes on, and nobody is asked twice.
  await visit(new URL('/orgs/acme/roles/new', server.origin).href);
  await page.getByRole('textbox', { name: 'Name' }).fill('Reader');
  await page.getByRole('checkbox', { name: 'billing read', exact: true }).check();
  await page.getByRole('button', { name: 'Create role' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The role is created.' })).toBeVisible();
});
