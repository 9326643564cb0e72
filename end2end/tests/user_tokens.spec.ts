import { test, expect, live } from './support/fixtures.ts';
import { NEW_TOKEN, TOKENS, callApi, fill, row, submitAndRead } from './support/journeys.ts';
import { MEMBERS, join, member, theirs, tokenOf } from './support/people.ts';

test('a viewer generates a token of their own, which the owner sees among those of people and can end', async ({
  page, browser, server, visit, scripts, complaints,
}) => {
  await server.token({ label: 'of the organization' });
  const { cookies } = await join(server, 'Rosalind Franklin', 'rosalind@acme.test');
  const other = await theirs(browser, scripts, complaints, server.origin, cookies);
  await other.goto('/account/tokens');
  if (scripts) await live(other);
  await other.getByRole('link', { name: 'Generate a token of yours in Acme' }).click();
  await expect(other).toHaveURL(new RegExp(`${NEW_TOKEN}\\?owner=user$`));
  if (scripts) await live(other);
  await expect(other.getByText('It belongs to you.')).toBeVisible();
  await expect(other.getByRole('group', { name: 'Belongs to' })).toHaveCount(0);
  await fill(other, { label: 'nightly script', expiry: '30 days' });
  const secret = await submitAndRead(other, server, 'nightly script');
  expect(secret).toMatch(/^jtu_/);
  expect((await callApi(server, secret)).status).toBe(200);

  await other.goto(TOKENS);
  await expect(row(other, 'nightly script')).toBeVisible();
  await expect(row(other, 'of the organization')).toHaveCount(0);
  await other.context().close();

  await visit(`${TOKENS}?owner=user`);
  await expect(row(page, 'nightly script')).toContainText('Rosalind Franklin');
  await row(page, 'nightly script').getByRole('link', { name: 'nightly script', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'nightly script' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Revoke' })).toBeVisible();
  for (const theirsAlone of ['Edit', 'Rotate']) await expect(page.getByRole('link', { name: theirsAlone })).toHaveCount(0);
});

test('who is demoted takes their token along, and who is removed ends it', async ({ page, server, visit, scripts }) => {
  const { user, cookies } = await join(server, 'Lise Meitner', 'lise@acme.test', 'admin');
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const fields = { owner: 'user', role: 'admin', expiry: '90', label: 'her script', label_warned: 'her script' };
  const { secret } = await server.issue(NEW_TOKEN, fields, cookie, 'her script');
  const list = async () => (await server.get('/api/v1/organizations/acme/tokens', { Authorization: `Bearer ${secret}` })).status;
  expect(await list()).toBe(200);
  await visit(`${MEMBERS}/${user}`);
  await page.getByRole('radio', { name: 'Viewer' }).check();
  await page.getByRole('button', { name: 'Change role' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The role is changed.' })).toBeVisible();
  expect(await list()).toBe(403);
  await tokenOf(server, cookies, 'also hers');

  await visit(`${MEMBERS}/${user}/remove`);
  const ending = page.getByRole('region', { name: 'Tokens that end' });
  await expect(ending).toContainText('her script');
  await expect(ending).toContainText('also hers');
  await page.getByRole('button', { name: 'Remove member' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Lise Meitner is removed. Of their tokens 2 ended with their membership.' })).toBeVisible();
  if (scripts) await live(page);
  await expect(member(page, 'Lise Meitner')).toHaveCount(0);
  expect(await list()).toBe(401);
});
