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
  const { token, secret: link } = await server.issue(INVITE, { email, role }, server.ownerCookie, `inviting ${email}`);
  server.secret(new URL(link).searchParams.get('code')!, `the code for ${email}`);
  return { link, invitation: { id: token.id } };
}

/** Makes somebody a member, without a page; answers their id and the cookies of their session. */
export async function join(server: Server, name: string, email: string, role = 'viewer'): Promise<{ user: string; cookies: Given[] }> {
  const { link } = await invite(server, email, role);
  const code = new URL(link).searchParams.get('code')!;
  const answer = await server.post('/invitations/accept', { code, name, password: server.secret(PASSWORD, 'the password of others') });
  if (answer.status !== 303) throw new Error(`Accepting was answered with ${answer.status}`);
  const cookies = server.given(answer);
  const found = await server.get(`${MEMBERS}?q=${encodeURIComponent(email.slice(-24))}`, { Cookie: server.ownerCookie });
  const user = /\/members\/(usr_[^"/?]+)"/.exec(await found.text())?.[1] ?? '';
  return { user, cookies };
}

/** Generates a token as somebody else, without a page. */
export async function tokenOf(server: Server, cookies: readonly Given[], label: string, role = 'viewer'): Promise<string> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const fields = { role, expiry: '90', label, label_warned: label };
  return (await server.issue(`/orgs/${OWNER.slug}/tokens/new`, fields, cookie, label)).secret;
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
