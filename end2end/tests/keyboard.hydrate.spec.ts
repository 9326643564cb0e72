import { test, expect, live } from './support/fixtures.ts';
import {
  NEW_TOKEN,
  TOKENS,
  bin,
  callApi,
  confirmation,
  expiryChoice,
  revokeDialog,
  row,
  search,
  secretDialog,
  secretField,
} from './support/journeys.ts';
import { INVITE } from './support/people.ts';
import { OWNER } from './support/server.ts';
import type { Page } from '@playwright/test';

/** What has the focus, as somebody who hears the page would name it, and how far its outline stands out. */
async function focused(page: Page): Promise<{ name: string; outline: number; inside: string }> {
  return await page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    if (!element || element === document.body) return { name: 'the browser', outline: 2, inside: 'the browser' };
    const label = element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.innerText;
    // A radio button is marked by the frame around it.
    const marked = [element, element.closest<HTMLElement>('.card, .segment'), element.nextElementSibling as HTMLElement | null];
    const outline = marked.map((each) => (each && getComputedStyle(each).outlineStyle !== 'none' ? parseFloat(getComputedStyle(each).outlineWidth) : 0));
    return {
      name: label.replaceAll(/\s+/g, ' ').trim(),
      outline: Math.max(...outline),
      inside: element.closest('dialog')?.id ?? '',
    };
  });
}

/** Presses Tab and tells what it led to. */
async function tab(page: Page, times: number, key = 'Tab'): Promise<string[]> {
  const names: string[] = [];
  for (let time = 0; time < times; time += 1) {
    await page.keyboard.press(key);
    const { name, outline } = await focused(page);
    expect(outline, `the focus is seen on ${name}`).toBeGreaterThanOrEqual(2);
    names.push(name);
  }
  return names;
}

test('the first Tab leads to a link that skips to the content', async ({ page, visit }) => {
  await visit(INVITE);
  expect(await tab(page, 1)).toEqual(['Skip to content']);
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  expect(await tab(page, 1)).toEqual(['Members']);
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Members' })).toBeFocused();
});

test('Tab goes through the list as it reads', async ({ page, server, visit }) => {
  await server.token({ label: 'reached second' });
  await server.token({ label: 'reached first' });
  await visit(TOKENS);
  expect(await tab(page, 31)).toEqual([
    'Skip to content',
    'Jeton',
    'Keyboard shortcuts',
    `Account: ${OWNER.name}`,
    'Overview',
    'API tokens',
    'Members',
    'Teams',
    'Roles',
    'Policies',
    'Audit log',
    'Mail',
    'Generate token',
    'Active',
    'Inactive',
    'Export CSV',
    'Search label, description or token',
    'Search',
    'Filters',
    'Select all on this page',
    'Revoke selected',
    expect.stringMatching(/^API tokens of Acme/), // the table, which scrolls where it does not fit
    'Label',
    'Created',
    'Expires',
    'Last used',
    'Select reached first',
    'reached first',
    'Edit reached first',
    'Revoke reached first',
    'Select reached second',
  ]);
  expect(await tab(page, 2, 'Shift+Tab')).toEqual(['Revoke reached first', 'Edit reached first']);
});

test('Tab goes through the form as it reads, and arrows choose', async ({ page, visit }) => {
  await visit(NEW_TOKEN);
  await page.getByRole('textbox', { name: 'Label' }).focus();
  expect(await tab(page, 3)).toEqual(['Description (optional)', 'The organization', 'Viewer']);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'Developer' })).toBeChecked();
  expect(await tab(page, 3)).toEqual([
    expect.stringMatching(/^Allows \d+ permissions$/),
    expect.stringMatching(/^Adds \d+ permissions to those of Viewer$/),
    '90 days',
  ]);
  await page.keyboard.press('ArrowRight');
  await expect(expiryChoice(page, 'Custom')).toBeChecked();
  const rest = ['Days', 'Hours', 'Minutes', 'Limits: networks and rate (optional)', 'Generate token', 'Cancel'];
  expect(await tab(page, 6)).toEqual(rest);
});

test('the account menu opens by Enter and closes by Escape, which gives the focus back', async ({ page, visit }) => {
  await visit(TOKENS);
  const account = page.getByRole('button', { name: `Account: ${OWNER.name}` });
  await account.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  expect(await tab(page, 3)).toEqual(['Your account', 'API reference', 'Sign out']);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeHidden();
  await expect(account).toBeFocused();
});

test('keys of one letter search, generate and show what there is', async ({ page, server, visit }) => {
  await server.token({ label: 'found by key' });
  await visit(TOKENS);
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await page.getByRole('link', { name: 'Audit log' }).focus();
  await page.keyboard.press('?');
  await expect(help).toBeFocused();
  await expect(help).toContainText('Generate a token');
  expect(await tab(page, 3)).toEqual(['Search the list, or all tokens', 'Generate a token', 'Turn them off']);
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(page.getByRole('link', { name: 'Audit log' })).toBeFocused();

  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
  await page.keyboard.type('c/?');
  await expect(search(page)).toHaveValue('c/?');
  await expect(help).toBeHidden();
  await page.getByRole('link', { name: 'Audit log' }).focus();
  for (const held of ['Control', 'Meta', 'Alt']) await page.keyboard.press(`${held}+c`);
  await expect(page).toHaveURL(TOKENS);
  await page.keyboard.press('c');
  await expect(page).toHaveURL(NEW_TOKEN);
  // So it is on a page that does not lead there itself.
  await visit('/orgs/acme/audit');
  await page.keyboard.press('c');
  await expect(page).toHaveURL(NEW_TOKEN);
});

test('a key does not throw away what was typed into a form', async ({ page, visit }) => {
  await visit(NEW_TOKEN);
  await page.getByRole('textbox', { name: 'Label' }).fill('half typed');
  await page.getByRole('button', { name: 'Generate token' }).focus();
  await page.keyboard.press('/');
  // What a key leads to, it leads to at once.
  await page.evaluate(async () => await new Promise(requestAnimationFrame));
  await expect(page).toHaveURL(NEW_TOKEN);
  await page.getByRole('textbox', { name: 'Label' }).fill('');
  await page.getByRole('button', { name: 'Generate token' }).focus();
  await page.keyboard.press('/');
  await expect(page).toHaveURL(`${TOKENS}#q`);
});

test('keys of one letter do nothing over a dialog, nor where they are turned off', async ({ page, server, visit }) => {
  await server.token({ label: 'asked about' });
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await visit(TOKENS);
  await bin(page, 'asked about').click();
  await expect(revokeDialog(page, 'asked about')).toBeVisible();
  await live(page);
  await page.getByRole('button', { name: 'Cancel' }).focus();
  const asked = page.url();
  for (const key of ['c', '/', '?']) await page.keyboard.press(key);
  await expect(help).toBeHidden();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  expect(page.url()).toBe(asked);

  await visit(TOKENS);
  await page.keyboard.press('?');
  await help.getByRole('link', { name: 'Turn them off' }).click();
  await page.getByRole('group', { name: 'Keyboard shortcuts' }).getByRole('radio', { name: 'Off' }).check();
  await page.getByRole('button', { name: 'Save preferences' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'This browser remembers what you chose.' })).toBeVisible();
  await visit(TOKENS);
  for (const key of ['?', '/', 'c']) await page.keyboard.press(key);
  // The page has heard them: what a key leads to, it leads to at once.
  await page.evaluate(async () => await new Promise(requestAnimationFrame));
  await expect(page).toHaveURL(TOKENS);
  await expect(help).toBeHidden();
  await expect(search(page)).not.toBeFocused();
  // What they did is still there to be pressed.
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await expect(help).toContainText('In this browser they are turned off.');
});

test('a token is generated, copied and revoked without a mouse, and dialogs keep the focus', async ({ page, context, server, visit }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  await server.token({ label: 'stays in the list' });
  await visit(TOKENS);
  await page.getByRole('link', { name: 'Generate token' }).first().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Label' })).toBeVisible();
  await live(page);
  await page.getByRole('textbox', { name: 'Label' }).focus();
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Enter');

  await expect(secretDialog(page, 'by keyboard')).toBeVisible();
  await live(page);
  await expect(secretField(page)).toBeFocused();
  const secret = server.secret(await secretField(page).inputValue(), 'the secret of by keyboard');
  const inside: string[] = [];
  for (let time = 0; time < 12; time += 1) {
    await page.keyboard.press('Tab');
    inside.push((await focused(page)).inside);
  }
  expect(inside.filter((where) => !['issued', 'the browser'].includes(where))).toEqual([]);
  expect(inside.filter((where) => where === 'issued').length).toBeGreaterThan(8);
  await secretField(page).focus();
  expect(await tab(page, 1)).toEqual(['Copy token']);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Copied token' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/orgs\/acme\/tokens\?generated=tok_\w+$/);
  await live(page);

  await bin(page, 'by keyboard').focus();
  await page.keyboard.press('Enter');
  await expect(revokeDialog(page, 'by keyboard')).toBeVisible();
  await live(page);
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  expect(await tab(page, 2, 'Shift+Tab')).toEqual(['To confirm, type the label: by keyboard', 'Why (optional)']);
  await page.keyboard.type('found in a chat');
  expect(await tab(page, 1)).toEqual(['To confirm, type the label: by keyboard']);
  await page.keyboard.type('by keyboard');
  expect(await tab(page, 2)).toEqual(['Cancel', 'Revoke token']);
  const around = await tab(page, 3);
  expect(around.filter((name) => !['the browser', 'rotate it', 'To confirm, type the label: by keyboard', 'Why (optional)', 'Cancel', 'Revoke token'].includes(name))).toEqual([]);
  await page.getByRole('button', { name: 'Revoke token' }).focus();
  await page.keyboard.press('Enter');
  await expect(revokeDialog(page, 'by keyboard')).toHaveCount(0);
  await expect(row(page, 'by keyboard')).toHaveCount(0);
  await expect(page.getByRole('main')).toBeFocused();
  await expect(confirmation(page, 'by keyboard')).toHaveCount(0);
  expect((await callApi(server, secret)).status).toBe(401);
});
