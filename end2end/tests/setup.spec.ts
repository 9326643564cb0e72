import { test, expect, live } from './support/fixtures.ts';
import { OWNER } from './support/server.ts';
import type { Page } from '@playwright/test';

test.use({ signedIn: false });

async function fillIn(page: Page, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Organization' }).fill(OWNER.organization);
  await page.getByRole('textbox', { name: 'Your name' }).fill(OWNER.name);
  await page.getByRole('textbox', { name: 'Your e-mail address' }).fill(OWNER.email);
  await page.getByLabel('Password').fill(password);
}

const send = (page: Page) => page.getByRole('button', { name: 'Set up and sign in' }).click();

test('the printed link makes an organization, signs its owner in and leads to the first token', async ({ another, page, scripts }) => {
  const server = await another('fresh');
  server.secret(OWNER.password, 'the password');
  await page.goto(server.setupLink!);
  if (scripts) await live(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Set up Jeton' })).toBeVisible();
  await fillIn(page, OWNER.password);
  await send(page);

  await expect(page).toHaveURL(`${server.origin}/orgs/acme`);
  await expect(page).toHaveTitle('Overview · Acme · Jeton');
  await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
  await expect(page.getByText('An API token is a long secret')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Generate token' })).toHaveCount(1);
  await expect(page.getByRole('button', { name: `Account: ${OWNER.name}` })).toBeVisible();
});

test('a fresh server leads to the set-up page, which says where its link is', async ({ another, page }) => {
  const server = await another('fresh');
  await page.goto(server.origin);
  await expect(page).toHaveURL(`${server.origin}/setup`);
  await expect(page.getByText('The server printed the link when it started')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
});

test('a weak password is refused at its field, and all else that was typed is kept', async ({ another, page }) => {
  const server = await another('fresh');
  await page.goto(server.setupLink!);
  await fillIn(page, 'password');
  await send(page);

  const summary = page.getByRole('alert').filter({ has: page.getByRole('heading', { name: 'Jeton is not set up yet' }) });
  await expect(summary).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Organization' })).toHaveValue(OWNER.organization);
  await expect(page.getByRole('textbox', { name: 'Your name' })).toHaveValue(OWNER.name);
  await expect(page.getByRole('textbox', { name: 'Your e-mail address' })).toHaveValue(OWNER.email);
  const password = page.getByLabel('Password');
  await expect(password).toHaveValue('');
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  await expect(password).toHaveAccessibleDescription(/A password has 15 characters or more; this has 8\./);
  await summary.getByRole('link').click();
  await expect(password).toBeFocused();

  await password.fill(server.secret(OWNER.password, 'the password'));
  await send(page);
  await expect(page).toHaveURL(`${server.origin}/orgs/acme`);
});

test('a link works once', async ({ another, page }) => {
  const server = await another('fresh');
  const link = server.setupLink!;
  await server.setUp();
  await page.goto(link);
  await fillIn(page, 'seven birches behind a lake');
  await send(page);
  await expect(page.getByRole('alert')).toContainText('This link is used, too old, or not complete.');
  await expect(page).toHaveURL(`${server.origin}/setup`);
});

test('a server that is set up prints no link when it starts again, and keeps its owner signed in', async ({ another }) => {
  const server = await another('set up');
  expect(await server.stop()).toBe(0);
  await server.run();
  expect(server.setupLink).toBeUndefined();
  const answer = await server.get('/orgs/acme/tokens', { Cookie: server.ownerCookie });
  expect(answer.status).toBe(200);
});
