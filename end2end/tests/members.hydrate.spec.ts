import { test, expect, live } from './support/fixtures.ts';
import { callApi } from './support/journeys.ts';
import { MEMBERS, join, tokenOf } from './support/people.ts';

test('a secret that a removal rotated is copied with a button, and that is enough to leave', async ({ page, context, server, visit }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  const { cookies } = await join(server, 'Mary Golda Ross', 'ross@acme.test', 'admin');
  await tokenOf(server, cookies, 'handed over');
  await visit(MEMBERS);
  await page.getByRole('link', { name: 'Remove Mary Golda Ross' }).click();
  await page.getByRole('combobox', { name: 'What shall become of handed over' }).selectOption('Rotate');
  await page.getByRole('button', { name: 'Remove member' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Store the new secret' })).toBeVisible();
  await live(page);
  const secret = server.secret(await page.getByRole('textbox', { name: 'New secret of handed over' }).inputValue(), 'the new secret of handed over');
  expect((await callApi(server, secret)).status).toBe(200);

  await page.getByRole('button', { name: 'Copy secret of handed over' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied: secret of handed over.' })).toBeAttached();
  expect((await page.evaluate(() => navigator.clipboard.readText())) === secret).toBe(true);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Mary Golda Ross is removed. Of their tokens 1 has a new secret.' })).toBeVisible();
  expect((await page.content()).includes(secret)).toBe(false);
});
