// The twelve rules that every page of the console keeps. What another test proves already is named here and not proven twice.
//
// | rule                                                    | where it is proven                                                                    |
// |---------------------------------------------------------|---------------------------------------------------------------------------------------|
// |  1 a secret is shown once, and guarded until it is kept | tokens.spec "a secret is shown once …"; tokens.hydrate "copies the secret …",          |
// |                                                         | "does not close by Escape …", "keeps people on the page …"; secrets.spec, the sweep    |
// |  2 a list says all, and is narrowed by its address      | list.spec "a search narrows …", "heads sort …"; tokens.spec "a token is generated …";  |
// |                                                         | below: a status is a word beside a picture                                             |
// |  3 times                                                | tokens.spec "times are written in full …"; tokens.hydrate "are in the zone …"; below   |
// |  4 what ends something asks first                       | tokens.spec "the dialog to revoke …", "… only by its own label"; rotate.spec; below    |
// |  5 dialogs take the focus, keep it, and give it back    | keyboard.hydrate "a token is generated, copied and revoked …"; tokens.hydrate "gives   |
// |                                                         | the focus back …", "moves the focus to the page …", "is a modal one …"                 |
// |  6 nothing that is told vanishes                        | below; tokens.hydrate "is sent once …" for the busy button                             |
// |  7 a refused form says where, and keeps what was typed  | tokens.spec "an empty label …"; setup.spec "a weak password …"; below: all other forms |
// |  8 tables are tables                                    | list.hydrate "all of a page are selected …" for the count; below: all tables           |
// |  9 nothing, nothing found, not allowed, gone wrong      | below; `pages::what_went_wrong_is_told_with_the_id_of_the_request` of the server       |
// | 10 the keyboard reaches everything                      | keyboard.hydrate; list.hydrate "the key / …"; below: each page has a name of its own   |
// | 11 to be hit, read and borne by everybody               | a11y.spec: targets, contrast in both themes, 320 pixels; preferences.spec for the      |
// |                                                         | colours; below: motion, and nothing that only a mouse finds                            |
// | 12 nothing is shown before it is true                   | tokens.hydrate "does not close and does not send twice while the answer is awaited"    |

import { test, expect, signIn } from './support/fixtures.ts';
import { AUDIT, NEW_TOKEN, TOKENS, bin, callApi, revoke, revokeDialog, row, searchFor } from './support/journeys.ts';
import { INVITE, MEMBERS, join } from './support/people.ts';
import { OWNER } from './support/server.ts';
import { ROLES, createRole } from './support/roles.ts';
import { TEAMS, createTeam } from './support/teams.ts';
import type { Page } from '@playwright/test';

const EXACT = /^\w{3} \d{1,2} \w{3} 20\d\d, \d\d:\d\d UTC$/;

test('rules 2 and 3: a status is a word beside a picture, dates are exact, and the last use is so both ways', async ({ page, server, visit }) => {
  const { secret } = await server.token({ label: 'told in words' });
  await callApi(server, secret);
  const shown = row(page, 'told in words');
  await expect(async () => {
    await visit(TOKENS);
    await expect(shown.locator('[data-column="Last used"]')).toContainText('moments ago', { timeout: 1_000 });
  }).toPass();
  const status = shown.locator('[data-column="Status"] .badge');
  await expect(status).toHaveText('Active');
  await expect(status.locator('svg')).toBeVisible();
  for (const column of ['Created', 'Expires', 'Last used']) {
    await expect(shown.locator(`[data-column="${column}"] time`), column).toHaveText(EXACT);
  }
  await expect(shown.locator('[data-column="Expires"]')).toContainText('in 90 days');
});

test('rule 4: whoever revokes is told when and from where it was used, and how to do without', async ({ page, server, visit }) => {
  const { token, secret } = await server.token({ label: 'still at work' });
  await callApi(server, secret);
  const dialog = revokeDialog(page, 'still at work');
  await expect(async () => {
    await visit(`${TOKENS}?revoke=${token.id}`);
    await expect(dialog).toHaveAccessibleDescription(/Last used (moments|\d+ \w+) ago, .* Last address: 127\.0\.0\.1\./, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Revoke token' })).toHaveAttribute('data-look', 'danger');
  await dialog.getByRole('link', { name: 'rotate it' }).click();
  await expect(page.getByRole('button', { name: 'Rotate token' })).toBeVisible();
  expect((await callApi(server, secret)).status).toBe(200);
});

test('rule 6: what was done is told where the page tells things, and stays until it is dismissed', async ({ page, server, visit, scripts }) => {
  if (scripts) await page.clock.install();
  await server.token({ label: 'told about' });
  await visit(TOKENS);
  await expect(page.getByRole('main').getByRole('status').first()).toBeEmpty();
  await revoke(page, 'told about');
  const told = page.getByRole('status').filter({ hasText: 'Token “told about” is revoked.' });
  if (scripts) await page.clock.fastForward('01:00:00');
  await expect(told).toBeVisible();
  await told.getByRole('link', { name: 'Dismiss this message' }).click();
  await expect(told).toHaveCount(0);
});

const REFUSED: readonly { address: string; button: string; title: string; wrong: Record<string, string>; kept: Record<string, string>; field: string }[] = [
  { address: `${ROLES}/new`, button: 'Create role', title: 'The role was not created', wrong: { Name: ' ' }, kept: { Description: 'kept' }, field: 'Name' },
  { address: `${TEAMS}/new`, button: 'Create team', title: 'The team was not created', wrong: { Name: ' ' }, kept: { Description: 'kept' }, field: 'Name' },
  { address: INVITE, button: 'Make invitation link', title: 'Nobody was invited', wrong: {}, kept: { 'Their e-mail address': OWNER.email }, field: 'Their e-mail address' },
  { address: '/account', button: 'Save', title: 'Your name was not changed', wrong: { Name: ' ' }, kept: {}, field: 'Name' },
  { address: '/account', button: 'Change password', title: 'Your password was not changed', wrong: { 'Current password': 'no', 'New password': 'short' }, kept: {}, field: '' },
  { address: '/orgs/acme/policies', button: 'See what this means', title: 'The policy was not saved', wrong: { 'Revoke after days without use': 'soon' }, kept: {}, field: 'Revoke after days without use' },
];

for (const { address, button, title, wrong, kept, field } of REFUSED) {
  test(`rule 7: ${button}, refused, leads to the field and keeps what was typed`, async ({ page, visit }) => {
    await visit(address);
    for (const [name, value] of Object.entries({ ...wrong, ...kept })) await page.getByLabel(name).first().fill(value);
    await page.getByRole('button', { name: button, exact: true }).click();
    const summary = page.getByRole('alert').filter({ has: page.getByRole('heading', { name: title }) });
    await expect(summary).toBeFocused();
    const message = (await summary.getByRole('link').textContent())!;
    await summary.getByRole('link').click();
    const reached = page.locator(':focus');
    await expect(reached).toHaveAttribute('aria-invalid', 'true');
    expect(await reached.evaluate((each: HTMLInputElement) => each.getAttribute('aria-describedby')?.split(' ').map((id) => document.getElementById(id)?.textContent).join(' '))).toContain(message);
    if (field) await expect(page.getByLabel(field).first()).toBeFocused();
    for (const [name, value] of Object.entries(kept)) await expect(page.getByLabel(name).first()).toHaveValue(value);
  });
}

/** What is wrong with the tables of a page, for those who do not see them. */
async function untold(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const text = (element: Element | null | undefined): string => element?.textContent?.trim() ?? '';
    return [...document.querySelectorAll('table')].flatMap((table) => {
      const name = text(table.caption);
      // One of few narrow columns is itself at every width, which a11y.spec measures; all others scroll or become cards.
      const frame = table.closest('[role=region]');
      const isNarrow = table.closest('.usage-days') !== null;
      const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
      const wrong: string[] = [];
      if (name === '') wrong.push('a table without a caption');
      if (rows.length === 0) wrong.push(`${name}: an empty table`);
      if (!isNarrow && (frame?.getAttribute('tabindex') !== '0' || text(document.getElementById(frame.getAttribute('aria-labelledby') ?? '')) === '')) wrong.push(`${name}: no region with a name to scroll in`);
      for (const head of table.tHead?.rows[0]?.cells ?? []) {
        if (head.tagName !== 'TH' || head.scope !== 'col' || text(head) === '') wrong.push(`${name}: a column without a name`);
      }
      for (const row of rows) {
        const heads = [...row.cells].filter((cell) => cell.tagName === 'TH' && cell.scope === 'row');
        if (heads.length !== 1) wrong.push(`${name}: a row with ${heads.length} heads`);
        const label = text(heads[0]?.querySelector('a, .row-label') ?? heads[0]);
        for (const control of row.querySelectorAll<HTMLElement>('td a, td button, td input:not([type=hidden]), td select')) {
          const named = control.getAttribute('aria-label') ?? text(control);
          const reads = control.closest('[data-column]') !== null && control.tagName === 'A';
          if (!reads && !named.includes(label)) wrong.push(`${name}: “${named}” in the row of “${label}”`);
        }
        for (const cell of row.cells) {
          if (!isNarrow && cell.tagName === 'TD' && !cell.dataset['column'] && !cell.matches('.row-select, .row-actions')) wrong.push(`${name}: a cell that says no column as a card`);
        }
      }
      return wrong;
    });
  });
}

test('rule 8: every table has a name, columns, row heads, and controls that say which row they are of', async ({ page, server, visit }) => {
  const { token, secret } = await server.token({ label: 'in every table' });
  await callApi(server, secret);
  await createRole(server, 'Reader of tables', ['cluster:read']);
  const { user } = await join(server, 'Grace Hopper', 'grace.tables@acme.test', 'developer');
  const team = await createTeam(server, 'Tables', [user]);
  await expect(async () => {
    await visit(`${TOKENS}/${token.id}`);
    await expect(page.locator('.usage-days table')).toBeAttached({ timeout: 1_000 });
  }).toPass();
  let tables = 0;
  for (const address of [TOKENS, AUDIT, MEMBERS, TEAMS, team, ROLES, '/account/sessions', '/orgs/acme/mail', `${TOKENS}/${token.id}`, `${MEMBERS}/${user}/remove`]) {
    await visit(address);
    tables += await page.locator('table').count();
    expect(await untold(page), address).toEqual([]);
  }
  expect(tables).toBeGreaterThan(8);
  await visit(TOKENS);
  await page.getByRole('columnheader', { name: 'Label' }).getByRole('link').click();
  await expect(page.getByRole('columnheader', { name: 'Label' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.locator('th[aria-sort]')).toHaveCount(1);
});

test('rule 8: narrow, a row is a card whose facts say what they are', async ({ page, server, visit }) => {
  await server.token({ label: 'as a card' });
  await page.setViewportSize({ width: 360, height: 800 });
  await visit(TOKENS);
  for (const column of ['Token', 'Belongs to', 'Role', 'Created', 'Expires', 'Last used', 'Status']) {
    const said = await row(page, 'as a card').locator(`[data-column="${column}"]`).evaluate((cell) => getComputedStyle(cell, '::before').content);
    expect(said).toBe(`"${column}"`);
  }
  await expect(bin(page, 'as a card')).toBeVisible();
});

test('rule 9: an empty list says what comes there, a search that finds nothing leads back, and who may not is told whom to ask', async ({
  page,
  context,
  server,
  visit,
  another,
}) => {
  const fresh = await another('set up');
  const { cookies } = await join(server, 'Grace Hopper', 'grace.rules@acme.test', 'viewer');
  await context.clearCookies();
  await signIn(context, fresh.owner, fresh.origin);
  await visit(`${fresh.origin}${TOKENS}`);
  await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
  await expect(page.getByText('An API token is a long secret')).toBeVisible();
  await expect(page.getByText(`${fresh.origin}/organization`)).toBeVisible();
  await expect(page.locator('main .button[data-look=primary]')).toHaveText('Generate token');

  await context.clearCookies();
  await signIn(context, server.owner, server.origin);
  await server.token({ label: 'there is one' });
  await visit(TOKENS);
  await searchFor(page, 'no such token anywhere');
  await expect(page.getByRole('heading', { name: 'No active tokens match' })).toBeVisible();
  await page.getByRole('link', { name: 'Show all active tokens' }).click();
  await expect(row(page, 'there is one')).toBeVisible();

  await context.clearCookies();
  await signIn(context, cookies, server.origin);
  await page.goto(AUDIT);
  await expect(page.getByRole('alert')).toContainText('Your role does not allow this');
  await expect(page.getByRole('alert')).toContainText('Ask an owner or admin of the organization');
});

test('rule 10: each page says in its title and its one heading where one is', async ({ page, server, visit }) => {
  const { token } = await server.token({ label: 'named itself' });
  const titles = new Set<string>();
  const addresses = [TOKENS, NEW_TOKEN, `${TOKENS}/${token.id}`, `${TOKENS}/${token.id}/edit`, `${TOKENS}/${token.id}/rotate`, MEMBERS, INVITE, TEAMS, `${TEAMS}/new`];
  addresses.push(ROLES, `${ROLES}/new`, '/orgs/acme/policies', AUDIT, '/orgs/acme/mail', '/account', '/account/tokens', '/account/sessions');
  for (const address of addresses) {
    await visit(address);
    await expect(page.getByRole('heading', { level: 1 }), address).toHaveCount(1);
    const title = await page.title();
    expect(title, address).toMatch(/ · Jeton$/);
    titles.add(title);
  }
  expect(titles.size).toBe(addresses.length);
});

test('rule 11: nothing is told by a title that only a mouse finds', async ({ page, server, visit }) => {
  const { token } = await server.token({ label: 'without a mouse' });
  for (const address of [TOKENS, NEW_TOKEN, `${TOKENS}/${token.id}`, MEMBERS, TEAMS, ROLES, AUDIT, '/account', '/account/sessions']) {
    await visit(address);
    // A field's is what browsers say when its pattern is not kept.
    expect(await page.locator('[title]:not(input)').evaluateAll((all) => all.map(({ outerHTML }) => outerHTML.slice(0, 100))), address).toEqual([]);
  }
});

test.describe('rule 11', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('where less motion is asked for, nothing moves', async ({ page, server, visit }) => {
    const { token } = await server.token({ label: 'stands still' });
    for (const address of [TOKENS, NEW_TOKEN, `${TOKENS}?revoke=${token.id}`, '/account']) {
      await visit(address);
      const moving = await page.evaluate(() => {
        const longest = (durations: string): number => Math.max(...durations.split(', ').map((each) => parseFloat(each) * (each.endsWith('ms') ? 1 : 1000)));
        return [...document.querySelectorAll('*')].flatMap((element) =>
          ['', '::before', '::after', '::backdrop'].flatMap((part) => {
            const style = getComputedStyle(element, part || null);
            return longest(style.transitionDuration) > 1 || longest(style.animationDuration) > 1 ? [`${element.tagName}.${element.className}${part}`] : [];
          }),
        );
      });
      expect(moving, address).toEqual([]);
    }
  });
});
