import { test, expect } from './support/fixtures.ts';
import { NEW_TOKEN, TOKENS, callApi, fill, preset, roleChoice, row, store, submit, submitAndRead, toggle } from './support/journeys.ts';

test('a token may do exactly what is turned on, beginning with a preset', async ({ page, server, visit, scripts }) => {
  await visit(NEW_TOKEN);
  await expect(toggle(page, 'cluster update')).toBeHidden();
  await fill(page, { label: 'exactly this' });
  await roleChoice(page, 'Custom').check();
  await submit(page).click();
  const permissions = page.getByRole('group', { name: 'Permissions of its own' });
  await expect(permissions).toHaveAccessibleDescription(/Choose at least one permission/);
  await preset(page, 'Read').click();
  await expect(toggle(page, 'cluster read')).toBeChecked();
  await expect(toggle(page, 'cluster update')).not.toBeChecked();
  // Without scripts a preset is another page.
  if (!scripts) await fill(page, { label: 'exactly this' });
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue('exactly this');
  await toggle(page, 'user read').uncheck();
  await toggle(page, 'cluster update').check();
  const secret = await submitAndRead(page, server, 'exactly this');
  await store(page);
  expect((await callApi(server, secret)).status).toBe(200);
  await expect(row(page, 'exactly this')).toContainText('Custom');
  await row(page, 'exactly this').getByRole('link', { name: 'exactly this', exact: true }).click();
  const may = page.getByRole('region', { name: 'What it may do' });
  await expect(may.locator('div').filter({ hasText: 'cluster' })).toHaveText('clusterread, update');
  await expect(may).not.toContainText('user');
});

test('an edit is true at once, and one that is late overwrites nothing', async ({ page, server, visit }) => {
  const { token, secret } = await server.token({ label: 'to be edited' });
  const address = `${TOKENS}/${token.id}`;
  await visit(address);
  await page.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Edit token' })).toBeVisible();
  await expect(roleChoice(page, 'Viewer')).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Keep as it is' })).toBeChecked();
  await fill(page, { label: 'edited', description: 'Reads no more than it has to.' });
  await roleChoice(page, 'Custom').check();
  await toggle(page, 'organization read').uncheck();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'edited' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'The token is saved' })).toBeVisible();
  await expect(page).toHaveURL(`${address}?done=edited`);
  await expect(page.getByRole('region', { name: 'What it may do' })).not.toContainText('organization');
  expect((await callApi(server, secret)).status).toBe(403);

  await visit(`${address}/edit`);
  await fill(page, { label: 'too late' });
  const version = await page.locator('input[name=version]').inputValue();
  const fields = { version, label: 'quicker', description: '', role: 'viewer', expiry: 'keep' };
  const quicker = await server.post(`${address}/edit`, fields, { Cookie: server.ownerCookie });
  expect(quicker.status).toBe(303);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('alert')).toContainText('Somebody changed this token meanwhile.');
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue('too late');
  await visit(address);
  await expect(page.getByRole('heading', { level: 1, name: 'quicker' })).toBeVisible();
});

test('a disabled token is refused until it is enabled', async ({ page, server, visit, scripts }) => {
  const { token, secret } = await server.token({ label: 'on and off' });
  await visit(`${TOKENS}/${token.id}`);
  for (const [button, other, status] of [['Disable', 'Enable', 401], ['Enable', 'Disable', 200]] as const) {
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect(page.getByRole('button', { name: other, exact: true })).toBeVisible();
    if (scripts) await expect(page.getByRole('button', { name: other, exact: true })).toBeFocused();
    await expect(page.getByRole('status').filter({ hasText: `The token is ${button.toLowerCase()}d.` })).toHaveCount(1);
    await expect(page.getByText('This token is disabled')).toHaveCount(button === 'Disable' ? 1 : 0);
    expect((await callApi(server, secret)).status).toBe(status);
  }
});
