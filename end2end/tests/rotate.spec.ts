import { test, expect } from './support/fixtures.ts';
import { TOKENS, bin, callApi, mask, revokeDialog, rotate, row } from './support/journeys.ts';

test('both secrets work after a rotation, the page tells who still uses the old one, and ending the overlap leaves the new one', async ({
  page,
  server,
  visit,
}) => {
  const old = await server.token({ label: 'rotates' });
  const address = `${TOKENS}/${old.token.id}`;
  await visit(address);
  await page.getByRole('link', { name: 'Rotate' }).click();
  await expect(page).toHaveTitle('Rotate token · Acme · Jeton');
  await expect(page.getByRole('radio', { name: 'In 1 hour' })).toBeChecked();
  const secret = await rotate(page, server, 'rotates', 'In 24 hours');
  expect(secret).not.toBe(old.secret);
  expect([(await callApi(server, old.secret)).status, (await callApi(server, secret)).status]).toEqual([200, 200]);

  const overlap = page.getByRole('region', { name: 'Rotation under way' });
  await expect(overlap).toContainText(`The old secret ${mask(old.secret)} is accepted until`);
  await expect(page.getByText(mask(secret)).first()).toBeVisible();
  // Uses are written a second late.
  await expect(async () => {
    await page.reload();
    await expect(overlap.getByRole('listitem')).toContainText('at 127.0.0.1', { timeout: 500 });
    await expect(overlap).toContainText('and has been used.', { timeout: 500 });
  }).toPass();
  await visit(TOKENS);
  await expect(row(page, 'rotates')).toContainText('Rotating');
  await expect(row(page, 'rotates')).toContainText(`Old secret ${mask(old.secret)} accepted until`);
  await visit(address);
  await page.getByRole('link', { name: 'End overlap now' }).click();
  const question = page.getByRole('alertdialog', { name: 'End the overlap now?' });
  await expect(question).toContainText('The old secret was last used');
  await expect(question).toContainText('at 127.0.0.1');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  expect((await callApi(server, old.secret)).status).toBe(200);
  await visit(`${address}?overlap=ask`);
  await question.getByRole('button', { name: 'End overlap' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The old secret has ended.' })).toBeVisible();
  await expect(overlap).toHaveCount(0);
  await expect(page.getByText('Rotating', { exact: true })).toHaveCount(0);
  expect([(await callApi(server, old.secret)).status, (await callApi(server, secret)).status]).toEqual([401, 200]);
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('A secret that has ended is still being tried')).toBeVisible({ timeout: 500 });
  }).toPass();
  expect((await page.content()).includes(secret)).toBe(false);
});

test('whoever revokes or ends an overlap is told which secrets that is about', async ({ page, server, visit }) => {
  const old = await server.token({ label: 'which one' });
  const renewed = await server.rotate(old.token.id, '24h');
  await visit(TOKENS);
  await bin(page, 'which one').click();
  const question = revokeDialog(page, 'which one');
  await expect(question).toContainText(`Whatever uses ${mask(renewed.secret)} or its old secret ${mask(old.secret)} stops working at once.`);
  await question.getByRole('link', { name: 'end the overlap' }).click();
  // Nobody has got the new secret yet, so that ending the old one leaves nobody who can go on.
  await expect(page.getByRole('alertdialog', { name: 'End the overlap now?' })).toContainText('Nothing has used the new secret yet.');
  await page.getByRole('button', { name: 'End overlap', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The old secret has ended.' })).toBeVisible();
  // Who finds the dead one in a log is not led to revoke the one that works.
  await visit(`${TOKENS}?q=${encodeURIComponent(mask(old.secret))}`);
  await expect(row(page, 'which one')).toContainText(`Found by an earlier secret, ${mask(old.secret)}, which is refused already.`);
  await bin(page, 'which one').click();
  await expect(question).toContainText(`Whatever uses ${mask(renewed.secret)} stops working at once.`);
});

test('a rotation in an old tab rotates nothing, and leads to the token', async ({ page, server, visit }) => {
  const old = await server.token({ label: 'two tabs' });
  await visit(`${TOKENS}/${old.token.id}/rotate`);
  const meanwhile = await server.rotate(old.token.id, '1h');
  await page.getByRole('button', { name: 'Rotate token' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'A rotation happened meanwhile by' })).toContainText(mask(old.secret));
  await expect(page.getByRole('button', { name: 'Rotate token' })).toBeHidden();
  await page.getByRole('link', { name: 'Go to the token' }).click();
  await expect(page.getByRole('region', { name: 'Rotation under way' })).toContainText(mask(meanwhile.secret));
  expect([(await callApi(server, old.secret)).status, (await callApi(server, meanwhile.secret)).status]).toEqual([200, 200]);
});

test('the first use of the new secret ends the old one, where that is chosen', async ({ page, server, visit }) => {
  const old = await server.token({ label: 'hands over' });
  await visit(`${TOKENS}/${old.token.id}/rotate`);
  const secret = await rotate(page, server, 'hands over', 'On first use of the new one');
  expect((await callApi(server, old.secret)).status).toBe(200);
  expect((await callApi(server, secret)).status).toBe(200);
  await expect(async () => expect((await callApi(server, old.secret)).status).toBe(401)).toPass();
  expect((await callApi(server, secret)).status).toBe(200);
});

test('a revoked token is replaced by one with the same settings', async ({ page, server, visit }) => {
  const old = await server.token({ label: 'replaced', role: 'developer', expiry: '30' });
  await server.post(`${TOKENS}/${old.token.id}/revoke`, { label: 'replaced' }, { Cookie: server.ownerCookie });
  await visit(`${TOKENS}/${old.token.id}`);
  await page.getByRole('link', { name: 'Generate replacement' }).click();
  await expect(page.getByRole('definition').filter({ hasText: 'After 30 days' })).toBeVisible();
  await page.getByRole('button', { name: 'Generate replacement' }).click();
  await expect(page.getByRole('dialog', { name: 'Token “replaced” is generated' })).toBeVisible();
  const secret = server.secret(await page.getByRole('textbox', { name: 'Token', exact: true }).inputValue(), 'the replacement');
  await page.getByRole('checkbox', { name: 'I have stored it' }).check();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'replaced' })).toBeVisible();
  await expect(page).not.toHaveURL(new RegExp(old.token.id));
  await expect(page.getByRole('status').filter({ hasText: 'It stands in for another one' })).toBeVisible();
  const replaces = page.locator('.details').getByRole('link', { name: 'replaced' });
  await expect(replaces).toHaveAttribute('href', `${TOKENS}/${old.token.id}`);
  await expect(page.getByText(mask(secret))).toBeVisible();
  expect((await callApi(server, secret)).status).toBe(200);
});
