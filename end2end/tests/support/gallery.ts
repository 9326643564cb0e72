// Every page and dialog there is, and how to get to it: for tours, for accessibility, for pictures.

import { expect, type Page } from '@playwright/test';
import {
  AUDIT,
  NEW_TOKEN,
  OVERVIEW,
  TOKENS,
  confirmation,
  event,
  expiryChoice,
  fill,
  filter,
  filterAudit,
  preset,
  revoke,
  revokeButton,
  revokeDialog,
  roleChoice,
  row,
  search,
  searchFor,
  secretDialog,
  select,
  submit,
  submitAndRead,
  toggle,
} from './journeys.ts';
import { signIn } from './fixtures.ts';
import { INVITE, MEMBERS, POLICIES, invite, inviteAndRead, join, tokenOf } from './people.ts';
import { OWNER, isRelease, type Server } from './server.ts';
import { ROLES, createRole } from './roles.ts';
import { TEAMS, createTeam, teamToken } from './teams.ts';

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

/** Lets labels begin with 1 again: for a view on a server of its own. */
export function countAnew(): void {
  made = 0;
}

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
    name: 'forgot password',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/forgot-password');
      await expect(page.getByRole('button', { name: 'Send link' })).toBeVisible();
    },
  },
  {
    name: 'reset password, a link that does not work',
    signedIn: false,
    open: async ({ page, visit }) => {
      await visit('/reset-password?code=any');
      await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
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
      await expect(page.getByRole('heading', { name: 'Jeton is not set up yet' })).toBeVisible();
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
    name: 'the API described',
    signedIn: false,
    open: async ({ page }) => {
      await page.goto('/docs/api');
      await expect(page.getByRole('heading', { level: 1, name: 'The API' })).toBeVisible();
    },
  },
  ...[
    { name: 'components', address: '/docs/ui', shown: 'This is how a refusal looks' },
    { name: 'components, a question', address: '/docs/ui?show=question', shown: 'End this sample?' },
    { name: 'components, a secret', address: '/docs/ui?show=secret', shown: 'Token “sample” is generated' },
    { name: 'components, a problem', address: '/docs/ui?show=problem', shown: 'Your role does not allow this' },
  ]
    .filter(() => !isRelease())
    .map(({ name, address, shown }) => ({
      name,
      signedIn: false,
      open: async ({ page, visit }: Place) => {
        await visit(address);
        await expect(page.getByRole('heading', { name: shown })).toBeVisible();
      },
    })),
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
    name: 'overview',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      for (let number = 0; number < 6; number += 1) {
        const { token } = await server.token({ label: labelled('expires soon'), expiry: number > 0 ? '30' : '7' });
        // Most of their life is over, where that can be arranged.
        await server.ageTokens(token.label, 60);
      }
      await server.token({ label: labelled('never ends'), expiry: 'never' });
      await server.token({ label: 'M'.repeat(60), expiry: 'never' });
      const rotated = await server.token({ label: labelled('rotated') });
      await server.rotate(rotated.token.id, 'now');
      const revoked = await server.token({ label: labelled('revoked') });
      await server.post(`${TOKENS}/${revoked.token.id}/revoke`, { label: revoked.token.label }, { Cookie: server.ownerCookie });
      for (const { secret } of [rotated, revoked]) await server.get('/organization', { Authorization: `Bearer ${secret}` });
      // What was refused is written a second late.
      await expect(async () => {
        await visit(OVERVIEW);
        await expect(page.getByRole('link', { name: `See who is trying ${rotated.token.label}` })).toBeVisible({ timeout: 500 });
        await expect(page.getByRole('link', { name: `Generate replacement ${revoked.token.label}` })).toBeVisible({ timeout: 500 });
      }).toPass();
    },
  },
  {
    name: 'overview, nothing needs attention',
    signedIn: true,
    open: async ({ page, visit, another }) => {
      const server = await another('set up');
      await server.token({ label: 'fine' });
      await page.context().clearCookies();
      await signIn(page.context(), server.owner, server.origin);
      await visit(server.origin + OVERVIEW);
      await expect(page.getByRole('heading', { name: 'Nothing needs attention' })).toBeVisible();
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
      // Uses are written a second late.
      await expect(async () => {
        await visit(TOKENS);
        await expect(row(page, used.token.label).getByText('Never used')).toBeHidden({ timeout: 500 });
      }).toPass();
    },
  },
  {
    name: 'tokens, narrowed and sorted',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const label = labelled('narrowed');
      await server.token({ label, role: 'developer', expiry: '7' });
      await visit(`${TOKENS}?sort=label`);
      await searchFor(page, 'narrowed');
      await expect(page).toHaveURL(/q=narrowed/);
      await filter(page, { Role: 'Developer', Expires: 'Within 30 days' });
      await expect(page.locator('summary', { hasText: '2 applied' })).toBeVisible();
      await expect(page.getByRole('table')).toBeVisible();
    },
  },
  {
    name: 'tokens, none that match',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await server.token({ label: labelled('does not match') });
      await visit(`${TOKENS}?q=nothing+is+called+this`);
      await expect(page.getByRole('heading', { name: 'No active tokens match' })).toBeVisible();
      await expect(search(page)).toHaveValue('nothing is called this');
    },
  },
  {
    name: 'tokens, an address that cannot be read',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(`${TOKENS}?sort=colour`);
      await expect(page.getByRole('heading', { name: 'This list cannot be shown' })).toBeVisible();
    },
  },
  {
    name: 'inactive tokens',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('inactive'), description: 'Was for the old shop.' });
      await server.post(`${TOKENS}/${token.id}/revoke`, { label: token.label }, { Cookie: server.ownerCookie });
      await visit(`${TOKENS}?view=inactive`);
      await expect(page.getByRole('table', { name: 'Inactive API tokens of Acme, newest first' })).toBeVisible();
    },
  },
  {
    name: 'tokens, some selected',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const label = labelled('selected');
      await server.token({ label });
      await visit(TOKENS);
      await select(page, label).check();
      await expect(select(page, label)).toBeChecked();
    },
  },
  {
    name: 'revoke several',
    signedIn: true,
    open: async ({ page, server, visit, scripts }) => {
      const labels = [labelled('one of several'), labelled('another of several')];
      for (const label of labels) await server.token({ label, description: 'x' });
      await visit(TOKENS);
      for (const label of labels) await select(page, label).check();
      await page.getByRole('button', { name: 'Revoke selected' }).click();
      const typed = page.getByRole('textbox', { name: 'To confirm, type: 2' });
      await typed.fill('3');
      if (!scripts) {
        await page.getByRole('button', { name: 'Revoke tokens' }).click();
        await expect(page.getByRole('heading', { name: 'The tokens were not revoked' })).toBeVisible();
      }
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
    name: 'tokens, the keys shown',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(TOKENS);
      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
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
    name: 'revoke, on the page of a token',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('to revoke here') });
      await visit(`${TOKENS}/${token.id}?revoke=ask`);
      await expect(revokeDialog(page, token.label)).toBeVisible();
    },
  },
  {
    name: 'tokens, right after one was generated',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('just now') });
      await visit(`${TOKENS}?generated=${token.id}`);
      await expect(page.getByRole('status').filter({ hasText: 'is generated' })).toBeVisible();
    },
  },
  {
    name: 'tokens, found by an earlier secret',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('searched for') });
      await server.rotate(token.id, 'now');
      await server.rotate(token.id, 'now');
      await visit(`${TOKENS}?q=${encodeURIComponent(token.hint)}`);
      await expect(row(page, token.label)).toBeVisible();
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
      await expiryChoice(page, 'Custom').check();
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
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('in use') });
      await visit(NEW_TOKEN);
      await fill(page, { label: token.label, description: '' });
      await submit(page).click();
      await expect(page.getByText('is in use already.')).toBeVisible();
    },
  },
  {
    name: 'mail',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await server.token({ label: labelled('told') });
      await visit('/orgs/acme/mail');
      await expect(page.getByText('No mail server is set up')).toBeVisible();
      await expect(page.getByRole('table')).toBeVisible();
    },
  },
  {
    name: 'generate token, permissions of its own',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(NEW_TOKEN);
      await roleChoice(page, 'Custom').check();
      await preset(page, 'Write').click();
      await expect(toggle(page, 'cluster update')).toBeChecked();
    },
  },
  {
    name: 'edit token',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('to edit'), description: 'Rolls out the shop.', role: 'developer' });
      await visit(`${TOKENS}/${token.id}/edit`);
      await expect(page.getByRole('button', { name: 'Save changes' })).toBeVisible();
    },
  },
  {
    name: 'edit token, refused',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('to edit') });
      await visit(`${TOKENS}/${token.id}/edit`);
      await roleChoice(page, 'Custom').check();
      for (const on of (await page.getByRole('checkbox', { checked: true }).all()).reverse()) await on.uncheck();
      await page.getByRole('button', { name: 'Save changes' }).click();
      await expect(page.getByRole('heading', { name: 'The token was not changed' })).toBeVisible();
    },
  },
  {
    name: 'token, disabled',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('off'), role: 'developer' });
      await server.post(`${TOKENS}/${token.id}/disable`, {}, { Cookie: server.ownerCookie });
      await visit(`${TOKENS}/${token.id}`);
      await expect(page.getByText('This token is disabled')).toBeVisible();
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
    name: 'audit log',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const label = labelled('audited');
      const { token } = await server.token({ label, role: 'developer', description: 'Seen by all.' });
      await server.post(`${TOKENS}/${token.id}/revoke`, { label }, { Cookie: server.ownerCookie });
      await server.token({ label: 'W'.repeat(60) });
      await visit(AUDIT);
      await event(page, label).first().locator('summary').click();
      await expect(page.getByText('Last used at').first()).toBeVisible();
    },
  },
  {
    name: 'audit log, filtered without results',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(AUDIT);
      await filterAudit(page, { action: 'Revoked token', target: 'nothing of that name' });
      await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
    },
  },
  {
    name: 'audit log, the filter refused',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(`${AUDIT}?from=2026-11-22&to=2026-11-21`);
      await expect(page.getByRole('heading', { name: 'The filter was not accepted' })).toBeVisible();
    },
  },
  {
    name: 'audit log, verified',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(AUDIT);
      await page.getByRole('button', { name: 'Verify the log' }).click();
      await expect(page.getByText('events of this instance are intact')).toBeVisible();
    },
  },
  {
    name: 'a token and its recent events',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('looked at') });
      await visit(`${TOKENS}/${token.id}`);
      await expect(page.getByRole('heading', { name: 'Recent events' })).toBeVisible();
    },
  },
  {
    name: 'a token and its usage',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token, secret } = await server.token({ label: labelled('used') });
      for (let use = 0; use < 5; use += 1) await server.get('/organization', { Authorization: `Bearer ${secret}`, 'User-Agent': 'deploy/1.4' });
      // Rotating writes what waits; what then is refused is the old secret.
      await server.rotate(token.id, 'now');
      await server.rotate(token.id, 'now');
      for (let use = 0; use < 2; use += 1) await server.get('/organization', { Authorization: `Bearer ${secret}` });
      await server.rotate(token.id, 'now');
      await visit(`${TOKENS}/${token.id}`);
      await expect(page.getByText('5 uses in 30 days, and 2 more tries were refused.')).toBeVisible();
      await page.getByText('Show by day').click();
      await expect(page.getByRole('table', { name: 'Uses by day in UTC' })).toBeVisible();
    },
  },
  {
    name: 'rotate token',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('to rotate') });
      await visit(`${TOKENS}/${token.id}/rotate`);
      await page.getByRole('radio', { name: 'Now' }).check();
      await expect(page.getByText('stops working at once')).toBeVisible();
    },
  },
  {
    name: 'rotate token, once more',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('to rotate again') });
      await server.rotate(token.id, '24h');
      await visit(`${TOKENS}/${token.id}/rotate`);
      await expect(page.getByText('has never been used')).toBeVisible();
    },
  },
  {
    name: 'a token whose secrets overlap',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const first = await server.token({ label: labelled('overlaps'), description: 'Rolls out the shop.' });
      const second = await server.rotate(first.token.id, 'now');
      await server.rotate(first.token.id, '24h');
      await server.get('/organization', { Authorization: `Bearer ${first.secret}` });
      for (const program of ['deploy/1.4', 'W'.repeat(120)]) {
        await server.get('/organization', { Authorization: `Bearer ${second.secret}`, 'User-Agent': program });
      }
      // Uses are written a second late.
      await expect(async () => {
        await visit(`${TOKENS}/${first.token.id}`);
        await expect(page.getByText('deploy/1.4 at')).toBeVisible({ timeout: 500 });
        await expect(page.getByText('A secret that has ended is still being tried')).toBeVisible({ timeout: 500 });
      }).toPass();
    },
  },
  {
    name: 'end the overlap, asked',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('ends an overlap') });
      await server.rotate(token.id, '24h');
      await visit(`${TOKENS}/${token.id}?overlap=ask`);
      await expect(page.getByRole('alertdialog', { name: 'End the overlap now?' })).toBeVisible();
    },
  },
  {
    name: 'generate replacement',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { token } = await server.token({ label: labelled('to replace'), description: 'Rolls out the shop.\nAsk Grace.', role: 'developer' });
      await server.post(`${TOKENS}/${token.id}/revoke`, { label: token.label }, { Cookie: server.ownerCookie });
      await visit(`${TOKENS}/${token.id}/replace`);
      await expect(page.getByRole('button', { name: 'Generate replacement' })).toBeVisible();
    },
  },
  {
    name: 'policies, looked at before they are saved',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await server.token({ label: labelled('outside'), expiry: 'never' });
      await visit(POLICIES);
      await page.getByRole('group', { name: 'Tokens that never expire' }).getByRole('radio', { name: 'Not allowed' }).check();
      await page.getByRole('textbox', { name: 'Revoke after days without use' }).fill('90');
      await page.getByRole('button', { name: 'See what this means' }).click();
      await expect(page.getByRole('group', { name: 'Not saved yet: what this means for your tokens' })).toBeVisible();
    },
  },
  {
    name: 'members',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      await join(server, 'W'.repeat(60), `${labelled('w'.repeat(60)).replace(' ', '')}@acme.test`);
      await invite(server, `${labelled('invited').replace(' ', '')}@acme.test`, 'developer');
      // Mail is sent a moment later.
      await expect(async () => {
        await visit(`${MEMBERS}?done=edited`);
        await expect(page.getByRole('table').last().getByText('Mail written to a file').first()).toBeVisible({ timeout: 500 });
      }).toPass();
    },
  },
  {
    name: 'roles',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await createRole(server, labelled('Release manager'), ['cluster:read', 'deployment:trigger'], 'Builds, deploys, looks after clusters.');
      await createRole(server, labelled('W'.repeat(55)), ['agent:create', 'agent:read', 'agent:update', 'agent:delete']);
      await visit(`${ROLES}?done=created`);
      await expect(page.getByRole('link', { name: 'Create role' })).toBeVisible();
    },
  },
  {
    name: 'create role, refused',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(`${ROLES}/new`);
      await page.getByRole('button', { name: 'Create role' }).click();
      await expect(page.getByRole('heading', { name: 'The role was not created' })).toBeVisible();
    },
  },
  {
    name: 'role',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const role = await createRole(server, labelled('Reader'), ['cluster:read']);
      await invite(server, `${labelled('reader').replace(' ', '')}@acme.test`, role);
      await visit(`${ROLES}/${role}`);
      await expect(page.getByRole('button', { name: 'Save changes' })).toBeVisible();
    },
  },
  {
    name: 'delete role',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const role = await createRole(server, labelled('Unused'), ['cluster:read']);
      await visit(`${ROLES}/${role}/delete`);
      await expect(page.getByRole('button', { name: 'Delete role' })).toBeVisible();
    },
  },
  {
    name: 'teams',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      await createTeam(server, labelled('Payments'), [], 'Everything about money.');
      await createTeam(server, labelled('W'.repeat(55)));
      await visit(`${TEAMS}?done=ended`);
      await expect(page.getByRole('link', { name: 'Create team' })).toBeVisible();
    },
  },
  {
    name: 'create team, refused',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit(`${TEAMS}/new`);
      await page.getByRole('button', { name: 'Create team' }).click();
      await expect(page.getByRole('heading', { name: 'The team was not created' })).toBeVisible();
    },
  },
  {
    name: 'team',
    signedIn: false,
    open: async ({ page, server, visit }) => {
      const { user, cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      const { user: long } = await join(server, 'W'.repeat(60), `${labelled('w'.repeat(60)).replace(' ', '')}@acme.test`);
      const team = await createTeam(server, labelled('Payments'), [user, long], 'Everything about money.');
      for (const what of ['payments-ci', 'W'.repeat(55)]) await teamToken(server, cookies, team, labelled(what));
      await signIn(page.context(), cookies, server.origin);
      await visit(`${team}?done=added`);
      await expect(page.getByRole('link', { name: 'Generate token' })).toBeVisible();
    },
  },
  {
    name: 'end team',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { user, cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`);
      const team = await createTeam(server, labelled('Payments'), [user]);
      for (const what of ['payments-ci', 'W'.repeat(55)]) await teamToken(server, cookies, team, labelled(what));
      await visit(`${team}/end`);
      await expect(page.getByRole('list', { name: 'Tokens to revoke' })).toBeVisible();
    },
  },
  {
    name: 'generate token, for a team',
    signedIn: false,
    open: async ({ page, server, visit }) => {
      const { user, cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      const team = await createTeam(server, labelled('Payments'), [user]);
      await signIn(page.context(), cookies, server.origin);
      await visit(`${NEW_TOKEN}?owner=${team.split('/').at(-1)!}`);
      await expect(page.getByRole('radio', { name: 'Team Payments' })).toBeChecked();
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
    name: 'sign a member out',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { user } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'developer');
      await visit(`${MEMBERS}/${user}/sign-out`);
      await expect(page.getByRole('button', { name: 'Sign out everywhere' })).toBeVisible();
    },
  },
  {
    name: 'own tokens of a viewer',
    signedIn: false,
    open: async ({ page, server, visit }) => {
      const { cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`);
      for (const what of ['own script', 'W'.repeat(55)]) await tokenOf(server, cookies, labelled(what));
      await signIn(page.context(), cookies, server.origin);
      await visit(TOKENS);
      await expect(page.getByText('act for you in Acme')).toBeVisible();
    },
  },
  {
    name: 'account, tokens',
    signedIn: true,
    open: async ({ page, visit }) => {
      await visit('/account/tokens');
      await expect(page.getByRole('link', { name: 'Your tokens in Acme' })).toBeVisible();
    },
  },
  {
    name: 'remove member',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { user, cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      for (const what of ['deploy-bot', 'W'.repeat(55)]) await tokenOf(server, cookies, labelled(what));
      for (const what of ['Payments', 'W'.repeat(50)]) await createTeam(server, labelled(what));
      await visit(`${MEMBERS}/${user}/remove`);
      await expect(page.getByRole('button', { name: 'Remove member' })).toBeVisible();
    },
  },
  {
    name: 'remove member, asked what is revoked',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { user, cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      for (const what of ['deploy-bot', 'W'.repeat(55)]) await tokenOf(server, cookies, labelled(what));
      await visit(`${MEMBERS}/${user}/remove`);
      await page.getByRole('combobox', { name: 'All of them' }).selectOption('Revoke now');
      await page.getByRole('button', { name: 'Remove member' }).click();
      await expect(page.getByRole('textbox', { name: 'To confirm, type: 2' })).toBeVisible();
    },
  },
  {
    name: 'remove member, the new secrets, once',
    signedIn: true,
    open: async ({ page, server, visit }) => {
      const { user, cookies } = await join(server, 'Grace Hopper', `${labelled('grace').replace(' ', '')}@acme.test`, 'admin');
      const labels = [labelled('deploy-bot'), labelled('W'.repeat(55))];
      for (const label of labels) await tokenOf(server, cookies, label);
      await visit(`${MEMBERS}/${user}/remove`);
      for (const label of labels) await page.getByRole('combobox', { name: `What shall become of ${label}` }).selectOption('Rotate');
      await page.getByRole('button', { name: 'Remove member' }).click();
      for (const label of labels) {
        server.secret(await page.getByRole('textbox', { name: `New secret of ${label}` }).inputValue(), `the new secret of ${label}`);
      }
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
      await page.getByLabel('Current password').fill('not this one');
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
