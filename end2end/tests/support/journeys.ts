// What people do, as a few words for tests.

import { expect, type Locator, type Page } from '@playwright/test';
import type { Server } from './server.ts';

export const OVERVIEW = '/orgs/acme';
export const TOKENS = '/orgs/acme/tokens';
export const NEW_TOKEN = '/orgs/acme/tokens/new';
export const AUDIT = '/orgs/acme/audit';

export interface Wanted {
  label: string;
  description?: string;
  role?: 'Viewer' | 'Developer' | 'Admin';
  expiry?: '7 days' | '30 days' | '60 days' | '90 days' | 'Custom' | 'Never';
}

/** Fills the form "Generate token" in. */
export async function fill(page: Page, { label, description, role, expiry }: Wanted): Promise<void> {
  await page.getByRole('textbox', { name: 'Label' }).fill(label);
  if (description !== undefined) await page.getByRole('textbox', { name: 'Description' }).fill(description);
  if (role) await page.getByRole('radio', { name: role }).check();
  if (expiry) await expiryChoice(page, expiry).check();
}

/** A choice among roles; `Custom` stands for permissions of its own. */
export function roleChoice(page: Page, name: string): Locator {
  return page.getByRole('group', { name: 'Role', exact: true }).getByRole('radio', { name, exact: true });
}

/** A choice among lifetimes. */
export function expiryChoice(page: Page, name: string): Locator {
  return page.getByRole('group', { name: 'Expires after' }).getByRole('radio', { name, exact: true });
}

/** The toggle of a permission, as in `cluster read`. */
export function toggle(page: Page, name: string): Locator {
  return page.getByRole('checkbox', { name, exact: true });
}

/** The link that fills the toggles. */
export function preset(page: Page, name: string): Locator {
  return page.getByRole('group', { name: 'Permissions of its own' }).getByRole('link', { name });
}

export function submit(page: Page): Locator {
  return page.getByRole('button', { name: /^Generate (token|it anyway)$/ });
}

/** The dialog that shows the secret. */
export function secretDialog(page: Page, label: string): Locator {
  return page.getByRole('dialog', { name: `Token “${label}” is generated` });
}

export function secretField(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Token', exact: true });
}

/** Sends the form that is filled in, and reads the secret. */
export async function submitAndRead(page: Page, server: Server, label: string): Promise<string> {
  await submit(page).click();
  await expect(secretDialog(page, label)).toBeVisible();
  const secret = await secretField(page).inputValue();
  return server.secret(secret, `the secret of ${label}`);
}

/** Says that the secret is stored, and closes its dialog. */
export async function store(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: 'I have stored it' }).check();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page).toHaveURL(/\/tokens\?generated=tok_[0-9a-f]+$/);
}

/** The row of a token in the list. */
export function row(page: Page, label: string): Locator {
  return page.getByRole('row').filter({ has: page.locator('.row-label').getByText(label, { exact: true }) });
}

/** The first moments that are written in a row, in milliseconds, once there are as many. */
export async function moments(row: Locator, count: number): Promise<number[]> {
  const times = row.locator('time');
  await expect(times.nth(count - 1)).toBeVisible();
  return times.evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute('datetime') ?? '')));
}

export function bin(page: Page, label: string): Locator {
  return page.getByRole('link', { name: `Revoke ${label}`, exact: true });
}

export function revokeDialog(page: Page, label: string): Locator {
  return page.getByRole('alertdialog', { name: `Revoke token “${label}”?` });
}

export function confirmation(page: Page, label: string): Locator {
  return page.getByRole('textbox', { name: `To confirm, type the label: ${label}` });
}

export function revokeButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Revoke token' });
}

/** Revokes a token of the list that is shown. */
export async function revoke(page: Page, label: string): Promise<void> {
  await bin(page, label).click();
  await expect(revokeDialog(page, label)).toBeVisible();
  await confirmation(page, label).fill(label);
  await revokeButton(page).click();
  await expect(page.getByRole('status').filter({ hasText: `Token “${label}” is revoked.` })).toBeVisible();
}

/** The rows of the audit log about something of this name. */
export function event(page: Page, target: string): Locator {
  return page.getByRole('row').filter({ has: page.locator('[data-column="On what"]').getByText(target, { exact: true }) });
}

/** Fills the audit log's filter in and sends it. */
export async function filterAudit(page: Page, { action, target }: { action?: string; target?: string }): Promise<void> {
  if (action !== undefined) await page.getByRole('combobox', { name: 'Action' }).selectOption(action);
  if (target !== undefined) await page.getByRole('textbox', { name: 'On what' }).fill(target);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
}

/** The mask of a secret: prefix, first four, last four. */
export function mask(secret: string): string {
  const start = secret.indexOf('_') + 1;
  return `${secret.slice(0, start + 4)}…${secret.slice(-4)}`;
}

/** Calls the API with a token. */
export async function callApi(server: Server, secret: string): Promise<Response> {
  return await server.get('/organization', { Authorization: `Bearer ${secret}` });
}

/** Rotates on the form that is shown, stores the new secret and waits for the token's page. */
export async function rotate(page: Page, server: Server, label: string, ends: string): Promise<string> {
  await page.getByRole('radio', { name: ends }).check();
  await page.getByRole('button', { name: 'Rotate token' }).click();
  await expect(page.getByRole('dialog', { name: `Token “${label}” is rotated` })).toBeVisible();
  const secret = server.secret(await secretField(page).inputValue(), `the new secret of ${label}`);
  await page.getByRole('checkbox', { name: 'I have stored it' }).check();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('heading', { level: 1, name: label })).toBeVisible();
  return secret;
}

/** The field that searches the list. */
export function search(page: Page): Locator {
  return page.getByRole('searchbox', { name: 'Search label, description or token' });
}

export async function searchFor(page: Page, text: string): Promise<void> {
  await search(page).fill(text);
  await search(page).press('Enter');
}

/** Chooses filters, by their labels and those of their options. */
export async function filter(page: Page, wanted: Record<string, string>): Promise<void> {
  const more = page.locator('details.filters-more');
  if (!(await more.evaluate((details: HTMLDetailsElement) => details.open))) await more.locator('summary').click();
  for (const [name, option] of Object.entries(wanted)) await page.getByLabel(name, { exact: true }).selectOption(option);
  await page.getByRole('button', { name: 'Apply filters' }).click();
}

/** The checkbox of a token in the list. */
export function select(page: Page, label: string): Locator {
  return page.getByRole('checkbox', { name: `Select ${label}`, exact: true });
}
