import { test, expect, live } from './support/fixtures.ts';
import { NEW_TOKEN, callApi, fill, roleChoice, row, store, submitAndRead, toggle } from './support/journeys.ts';
import { MEMBERS, join, member } from './support/people.ts';
import { ROLES, createRole } from './support/roles.ts';
import { says } from './support/teams.ts';

test('a role is created, given to a token and a member, edited with effect at once, and deleted when nobody has it', async ({
  page, server, visit, scripts,
}) => {
  const { user } = await join(server, 'Annie Easley', 'annie@acme.test');
  await visit(ROLES);
  await expect(page.getByRole('table', { name: 'Built-in roles' }).getByRole('rowheader')).toHaveText([/^Owner/, /^Admin/, /^Developer/, /^Viewer/]);
  await page.getByRole('link', { name: 'Create role' }).click();
  await expect(page).toHaveURL(`${ROLES}/new`);
  if (scripts) await live(page);
  await page.getByRole('textbox', { name: 'Name' }).fill('Watcher');
  await page.getByRole('button', { name: 'Create role' }).click();
  await expect(page.getByRole('heading', { name: 'The role was not created' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Watcher');
  await expect(toggle(page, 'organization delete')).toHaveCount(0);
  await toggle(page, 'organization read').check();
  await toggle(page, 'cluster read').check();
  await page.getByRole('button', { name: 'Create role' }).click();
  await says(page, 'The role is created.');

  await visit(NEW_TOKEN);
  await fill(page, { label: 'watches', expiry: '30 days' });
  await roleChoice(page, 'Watcher').check();
  const secret = await submitAndRead(page, server, 'watches');
  await store(page);
  await expect(row(page, 'watches')).toContainText('Watcher');
  expect((await callApi(server, secret)).status).toBe(200);

  await visit(`${MEMBERS}/${user}`);
  await page.getByRole('radio', { name: 'Watcher' }).check();
  await page.getByRole('button', { name: 'Change role' }).click();
  await visit(MEMBERS);
  await expect(member(page, 'Annie Easley')).toContainText('Watcher');

  await visit(ROLES);
  await page.getByRole('link', { name: 'Watcher' }).click();
  await expect(page.getByText('What you save holds at once, for 1 member and 1 token.')).toBeVisible();
  if (scripts) await live(page);
  await toggle(page, 'organization read').uncheck();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await says(page, 'It holds at once for everybody who has it.');
  expect((await callApi(server, secret)).status).toBe(403);

  await page.getByRole('link', { name: 'Watcher' }).click();
  await page.getByRole('link', { name: 'Delete' }).click();
  await expect(page.getByText('It is in use by 1 member and 1 token.')).toBeVisible();
});

test('a role that nobody has is deleted', async ({ page, server, visit }) => {
  const unused = await createRole(server, 'Unused', ['billing:read']);
  await visit(`${ROLES}/${unused}/delete`);
  await page.getByRole('button', { name: 'Delete role' }).click();
  await says(page, 'The role is deleted.');
  await expect(page.getByRole('link', { name: 'Unused' })).toHaveCount(0);
});
