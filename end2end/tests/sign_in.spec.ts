import { test, expect, observe, signIn } from './support/fixtures.ts';
import { NEW_TOKEN, OVERVIEW, TOKENS } from './support/journeys.ts';
import { OWNER, type Server } from './support/server.ts';
import type { BrowserContext, Page } from '@playwright/test';

test.use({ signedIn: false });

const WRONG = 'eight birches before a lake';

async function signInAs(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function session(context: BrowserContext, server: Server): Promise<string> {
  const cookie = (await context.cookies()).find(({ name }) => name === '__Host-sid');
  return cookie ? server.secret(cookie.value, 'the session cookie') : '';
}

const refusal = (page: Page) => page.getByRole('alert').filter({ has: page.getByRole('heading', { name: 'You are not signed in' }) });

test('the owner signs in and sees what needs attention', async ({ page, context, server, visit }) => {
  await visit('/');
  await expect(page).toHaveURL('/sign-in');
  await signInAs(page, OWNER.email, OWNER.password);
  await expect(page).toHaveURL(OVERVIEW);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();

  await session(context, server);
  for (const name of ['__Host-sid', '__Host-device']) {
    const cookie = (await context.cookies()).find((each) => each.name === name);
    expect(cookie).toMatchObject({ domain: '127.0.0.1', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
  }
});

test('who is not signed in is sent to sign in, and then to the page that was asked for', async ({ page, context, server, visit }) => {
  await visit(NEW_TOKEN);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.getByText('Sign in to see the page you asked for.')).toBeVisible();
  await signInAs(page, OWNER.email, OWNER.password);
  await expect(page).toHaveURL(NEW_TOKEN);
  await session(context, server);
});

test('an address elsewhere is not gone on to after signing in', async ({ page, context, server, visit }) => {
  await visit(`/sign-in?next=${encodeURIComponent('//localhost:9/evil')}`);
  await signInAs(page, OWNER.email, OWNER.password);
  await expect(page).toHaveURL(OVERVIEW);
  await session(context, server);
});

test('a wrong password and an unknown person are refused in the same words', async ({ page, server, visit }) => {
  server.secret(WRONG, 'a wrong password');
  const refusals: string[] = [];
  for (const email of [OWNER.email, 'nobody@acme.test']) {
    await visit('/sign-in');
    await signInAs(page, email, WRONG);
    await expect(refusal(page)).toBeFocused();
    await expect(page.getByRole('textbox', { name: 'E-mail address' })).toHaveValue(email);
    await expect(page.getByLabel('Password')).toHaveValue('');
    await expect(page.getByLabel('Password')).toHaveAccessibleDescription('The e-mail address or the password is wrong.');
    refusals.push(await refusal(page).innerText());
  }
  expect(refusals[0]).toBe(refusals[1]);
});

test('signing out ends the session, for this browser and for whoever kept its cookie', async ({ page, context, server, visit }) => {
  await visit('/sign-in');
  await signInAs(page, OWNER.email, OWNER.password);
  await expect(page).toHaveURL(OVERVIEW);
  const kept = `__Host-sid=${await session(context, server)}`;
  expect((await server.get(TOKENS, { Cookie: kept })).status).toBe(200);

  await page.getByRole('button', { name: `Account: ${OWNER.name}` }).click();
  await expect(page.getByText(OWNER.email)).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in');
  expect(await session(context, server)).toBe('');
  const answer = await server.get(TOKENS, { Cookie: kept });
  expect([answer.status, answer.headers.get('Location')]).toEqual([303, `/sign-in?next=${encodeURIComponent(TOKENS)}`]);
  await visit(TOKENS);
  await expect(page).toHaveURL(/\/sign-in/);
});

test('each sign-in makes a new session and takes none that was brought along', async ({ context, page, server, visit }) => {
  const planted = 'A'.repeat(43);
  await signIn(context, [{ name: '__Host-sid', value: planted, line: '' }], server.origin);
  await visit('/sign-in');
  await signInAs(page, OWNER.email, OWNER.password);
  await expect(page).toHaveURL(OVERVIEW);
  expect(await session(context, server)).not.toBe(planted);
  expect((await server.get(TOKENS, { Cookie: `__Host-sid=${planted}` })).status).toBe(303);
});

test('after ten wrong passwords guessing waits, but the browser of the owner does not', async ({ another, browser, page, context, complaints, javaScriptEnabled }) => {
  const server = await another('set up');
  server.secret(WRONG, 'a wrong password');
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    expect((await server.post('/sign-in', { email: OWNER.email, password: WRONG })).status).toBe(422);
  }
  await page.goto(`${server.origin}/sign-in`);
  await signInAs(page, OWNER.email, OWNER.password);
  await expect(refusal(page)).toContainText(/Too many attempts\. Try again in (a|1) minute\./);
  await expect(page).toHaveURL(`${server.origin}/sign-in`);
  expect(await session(context, server)).toBe('');

  const known = await browser.newContext({ javaScriptEnabled: javaScriptEnabled !== false });
  await observe(known, complaints);
  await signIn(known, server.owner.filter(({ name }) => name === '__Host-device'), server.origin);
  const own = await known.newPage();
  await own.goto(`${server.origin}/sign-in`);
  await signInAs(own, OWNER.email, OWNER.password);
  await expect(own).toHaveURL(server.origin + OVERVIEW);
  await session(known, server);
  await known.close();
});

test('an instance set up from the command line lets its owner sign in', async ({ another, page, context }) => {
  const server = await another('fresh');
  const password = server.secret(OWNER.password, 'the password');
  const made = await server.command(
    ['init', '--organization', 'Acme', '--name', OWNER.name, '--email', OWNER.email, '--password-stdin'],
    `${password}\n`,
  );
  expect(made.code, made.stderr).toBe(0);
  expect(JSON.parse(made.stdout)).toEqual({
    organization_id: expect.stringMatching(/^org_/),
    organization_slug: 'acme',
    user_id: expect.stringMatching(/^usr_/),
  });
  await page.goto(server.origin);
  await expect(page).toHaveURL(`${server.origin}/sign-in`);
  await signInAs(page, OWNER.email, password);
  await expect(page).toHaveURL(server.origin + OVERVIEW);
  await session(context, server);
});
