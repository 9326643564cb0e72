// Other people than the owner, as tests need them.

import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import { observe, signIn } from './fixtures.ts';
import { OWNER, type Given, type Server } from './server.ts';

export const MEMBERS = '/orgs/acme/members';
export const POLICIES = '/orgs/acme/policies';
export const INVITE = '/orgs/acme/members/invite';
export const PASSWORD = 'nine herons over a mill';

export interface Invited {
  link: string;
  invitation: { id: string };
}

/** Invites somebody as the owner, without a page. */
export async function invite(server: Server, email: string, role = 'viewer'): Promise<Invited> {
  const answer = await server.post('/api/invitations/create', { organization: OWNER.slug, email, role }, { Cookie: server.ownerCookie });
  if (answer.status !== 200) throw new Error(`Inviting was answered with ${answer.status}: ${await answer.text()}`);
  const invited = (await answer.json()) as Invited;
  server.secret(new URL(invited.link).searchParams.get('code')!, `the code for ${email}`);
  return invited;
}

/** Makes somebody a member, without a page; answers their id and the cookies of their session. */
export async function join(server: Server, name: string, email: string, role = 'viewer'): Promise<{ user: string; cookies: Given[] }> {
  const { link } = await invite(server, email, role);
  const code = new URL(link).searchParams.get('code')!;
  const answer = await server.post('/invitations/accept', { code, name, password: server.secret(PASSWORD, 'the password of others') });
  if (answer.status !== 303) throw new Error(`Accepting was answered with ${answer.status}`);
  const cookies = server.given(answer);
  const cookie = cookies.map(({ name: key, value }) => `${key}=${value}`).join('; ');
  const me = (await (await server.post('/api/session/find', {}, { Cookie: cookie })).json()) as { id: string };
  return { user: me.id, cookies };
}

/** Generates a token as somebody else, without a page. */
export async function tokenOf(server: Server, cookies: readonly Given[], label: string, role = 'viewer'): Promise<string> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await server.post('/api/tokens/create', { organization: OWNER.slug, role, expiry: '90', label }, { Cookie: cookie });
  if (answer.status !== 200) throw new Error(`Generating a token was answered with ${answer.status}`);
  return server.secret(((await answer.json()) as { secret: string }).secret, `the secret of ${label}`);
}

/** Somebody else's browser, with their session if they have one. */
export async function theirs(browser: Browser, scripts: boolean, complaints: string[], origin: string, cookies: readonly Given[] = []): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: scripts, baseURL: origin });
  await observe(context, complaints);
  await signIn(context, cookies, origin);
  return await context.newPage();
}

/** The row of a member, by name or by e-mail address. */
export function member(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader').filter({ hasText: name }) });
}

/** Fills the form for an invitation in, sends it, and reads the link. */
export async function inviteAndRead(page: Page, server: Server, email: string, role = 'Viewer'): Promise<string> {
  await page.getByRole('textbox', { name: 'Their e-mail address' }).fill(email);
  await page.getByRole('radio', { name: role }).check();
  await page.getByRole('button', { name: 'Make invitation link' }).click();
  await expect(page.getByRole('dialog', { name: `Invitation for ${email}` })).toBeVisible();
  const link = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  server.secret(new URL(link).searchParams.get('code')!, `the code for ${email}`);
  return link;
}
