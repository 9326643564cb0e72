// Every page and dialog there is, and how to get to it: for tours, for accessibility, for pictures.

import { expect, type Page } from '@playwright/test';
import { NEW_TOKEN, TOKENS, confirmation, fill, revoke, revokeButton, revokeDialog, secretDialog, submit, submitAndRead } from './journeys.ts';
import { INVITE, MEMBERS, invite, inviteAndRead, join, tokenOf } from './people.ts';
import { OWNER, type Server } from './server.ts';

export interface Place {
  page: Page;
  server: Server;
  visit: (address: string) => Promise<void>;
  scripts: boolean;
  another: (how: 'fresh' | 'set up') => Promise<Server>;
}

export interface View {
  name: string;
  signedIn: boolean;
  open: (place: Place) => Promise<void>;
}

let made = 0;

/** A label that no other view uses. */
function labelled(what: string): string {
  made += 1;
  return `${what} ${made}`;
}

export const GALLERY: readonly View[] = [
  {
    name: 'sign in',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/sign-in?next=/orgs/acme/tokens');
      await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
    },
  },
  {
    name: 'sign in, refused',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/sign-in');
      await page.getByRole('textbox', { name: 'E-mail address' }).fill('nobody@acme.test');
      await page.getByLabel('Password').fill('a password that is wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('heading', { name: 'You are not signed in' })).toBeVisible();
    },
  },
  {
    name: 'set up',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/setup?code=any');
      await expect(page.getByRole('button', { name: 'Set up and sign in' })).toBeVisible();
    },
  },
  {
    name: 'set up, refused',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/setup?code=any');
      await page.getByRole('button', { name: 'Set up and sign in' }).click();
      await expect(page.getByRole('heading', { name: 'Something has to change first' })).toBeVisible();
    },
  },
  {
    name: 'set up, without its link',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/setup');
      await expect(page.getByText('The server printed the link when it started')).toBeVisible();
    },
  },
  {
    name: 'page not found',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/no/such/page');
      await expect(page.getByRole('heading', { name: 'There is no page here' })).toBeVisible();
    },
  },
  {
    name: 'organization not found',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit('/orgs/others/tokens');
      await expect(page.getByRole('alert')).toContainText('There is nothing here');
    },
  },
  {
    name: 'no tokens yet',
    signedIn: false,
    open: async ({ page, visit, another }) => {
      const server = await another('fresh');
      await visit(server.setupLink!);
      await page.getByRole('textbox', { name: 'Organization' }).fill(OWNER.organization);
      await page.getByRole('textbox', { name: 'Your name' }).fill(OWNER.name);
      await page.getByRole('textbox', { name: 'Your e-mail address' }).fill(OWNER.email);
      await page.getByLabel('Password').fill(server.secret(OWNER.password, 'the password'));
      await page.getByRole('button', { name: 'Set up and sign in' }).click();
      await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
    },
  },
  {
    name: 'tokens',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const used = await server.token({ label: labelled('deploy-bot'), description: 'Rolls out the shop.\nAsk Grace.', role: 'developer' });
      await server.get('/organization', { Authorization: `Bearer ${used.secret}` });
      await server.token({ label: labelled('ends soon'), expiry: '7' });
      await server.token({ label: labelled('for ever'), role: 'admin', expiry: 'never' });
      const over = await server.token({ label: labelled('over'), description: 'W'.repeat(60) });
      const ended = await server.post(`${TOKENS}/${over.token.id}/revoke`, { label: over.token.label }, { Cookie: server.ownerCookie });
      expect(ended.status).toBe(303);
      await server.token({ label: 'W'.repeat(60), description: 'A label without a place to break.' });
      await visit(TOKENS);
      await expect(page.getByRole('table')).toBeVisible();
    },
  },
  {
    name: 'tokens, the account menu open',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await server.token({ label: labelled('menu') });
      await visit(TOKENS);
      await page.getByRole('button', { name: `Account: ${OWNER.name}` }).click();
      await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
    },
  },
  {
    name: 'revoke',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('to revoke') });
      await visit(`${TOKENS}?revoke=${token.id}`);
      await expect(revokeDialog(page, token.label)).toBeVisible();
    },
  },
  {
    name: 'revoke, the label typed',
    signedIn: true,
    open: async ({ page, server, visit, scripts }) => {
      const { token } = await server.token({ label: labelled('to revoke') });
      await visit(`${TOKENS}?revoke=${token.id}`);
      await confirmation(page, token.label).fill(scripts ? token.label : 'another label');
      // Without scripts the server says whether it is the label; with them the button does.
      if (scripts) await expect(revokeButton(page)).toBeEnabled();
      else {
        await revokeButton(page).click();
        await expect(page.getByText('Type the label of the token exactly as it is shown.')).toBeVisible();
      }
    },
  },
  {
    name: 'revoked',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('revoked') });
      await visit(TOKENS);
      await revoke(page, token.label);
    },
  },
  {
    name: 'revoked before',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('revoked before') });
      await server.post(`${TOKENS}/${token.id}/revoke`, { label: token.label }, { Cookie: server.ownerCookie });
      await visit(`${TOKENS}?revoke=${token.id}`);
      await expect(page.getByRole('alert')).toContainText('is revoked already');
    },
  },
  {
    name: 'generate token',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(NEW_TOKEN);
      await page.getByRole('radio', { name: 'Developer' }).check();
      await page.getByText('permissions to those of Viewer').locator('visible=true').click();
      await page.getByRole('radio', { name: 'Custom' }).check();
      await expect(page.getByRole('textbox', { name: 'Days' })).toBeVisible();
    },
  },
  {
    name: 'generate token, refused',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(NEW_TOKEN);
      await page.getByRole('radio', { name: 'Never' }).check();
      await submit(page).click();
      await expect(page.getByRole('heading', { name: 'The token was not generated' })).toBeVisible();
    },
  },
  {
    name: 'generate token, the label in use',
    signedIn: true,
    open: async ({ page, server, visit, scripts }) => {
      const { token } = await server.token({ label: labelled('in use') });
      await visit(NEW_TOKEN);
      await fill(page, { label: token.label, description: '' });
      if (!scripts) await submit(page).click();
      await expect(page.getByText('is in use already.')).toBeVisible();
    },
  },
  {
    name: 'the secret, once',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const label = labelled('once');
      await visit(NEW_TOKEN);
      await fill(page, { label });
      await submitAndRead(page, server, label);
      await secretDialog(page, label).locator('summary').getByText('curl', { exact: true }).click();
      await expect(secretDialog(page, label).locator('pre[aria-label="curl"]')).toBeVisible();
    },
  },
  {
    name: 'members',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      await join(server, 'W'.repeat(60), `${labelled('w'.repeat(60)).replace(' ', '')}@acme.test`);
      await invite(server, `${labelled('invited').replace(' ', '')}@acme.test`, 'developer');
      await visit(`${MEMBERS}?done=removed`);
      await expect(page.getByRole('heading', { name: 'Invited' })).toBeVisible();
    },
  },
  {
    name: 'member',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { user } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'developer');
      await visit(`${MEMBERS}/${user}`);
      await expect(page.getByRole('button', { name: 'Change role' })).toBeVisible();
    },
  },
  {
    name: 'remove member',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { user, cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      for (const what of ['deploy-bot', 'W'.repeat(55)]) await tokenOf(server, cookies, labelled(what));
      await visit(`${MEMBERS}/${user}/remove`);
      await expect(page.getByRole('button', { name: 'Remove member' })).toBeVisible();
    },
  },
  {
    name: 'invite, refused',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(INVITE);
      await page.getByRole('textbox', { name: 'Their e-mail address' }).fill(OWNER.email);
      await page.getByRole('button', { name: 'Make invitation link' }).click();
      await expect(page.getByRole('heading', { name: 'Nobody was invited' })).toBeVisible();
    },
  },
  {
    name: 'the invitation link, once',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await visit(INVITE);
      await inviteAndRead(page, server, `${labelled('once').replace(' ', '')}@acme.test`);
    },
  },
  {
    name: 'invitation',
    signedIn: false,
    open: async ({ page, server, visit }) => {
      const { link } = await invite(server, `${labelled('joins').replace(' ', '')}@acme.test`);
      await visit(new URL(link).pathname + new URL(link).search);
      await expect(page.getByRole('button', { name: 'Join Acme' })).toBeVisible();
    },
  },
  {
    name: 'invitation for somebody else',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { link } = await invite(server, `${labelled('joins').replace(' ', '')}@acme.test`);
      await visit(new URL(link).pathname + new URL(link).search);
      await expect(page.getByText('You are signed in with another address.')).toBeVisible();
    },
  },
  {
    name: 'invitation that does not work',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/invitations/accept?code=used');
      await expect(page.getByRole('heading', { name: 'This invitation does not work' })).toBeVisible();
    },
  },
  {
    name: 'profile, refused',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit('/account');
      await page.getByLabel('Present password').fill('not this one');
      await page.getByLabel('New password').fill('short');
      await page.getByRole('button', { name: 'Change password' }).click();
      await expect(page.getByRole('heading', { name: 'Your password was not changed' })).toBeVisible();
    },
  },
  {
    name: 'sessions',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      server.given(await server.post('/sign-in', { email: OWNER.email, password: OWNER.password }, { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }));
      await visit('/account/sessions');
      await expect(page.getByRole('button', { name: 'End all others' })).toBeVisible();
    },
  },
];
