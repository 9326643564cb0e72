import { test, expect, live } from './support/fixtures.ts';
import { AUDIT, event, filterAudit } from './support/journeys.ts';
import { OWNER } from './support/server.ts';

test('what is done to a token is in the log, and the token leads there', async ({ page, server, visit, scripts }) => {
  const { token } = await server.token({ label: 'audited', role: 'developer' });
  await visit(`/orgs/acme/tokens/${token.id}`);
  await expect(page.getByRole('region', { name: 'Recent events' })).toContainText(`Generated tokenby ${OWNER.name}`);
  await page.getByRole('link', { name: 'All events about this token' }).click();
  await expect(page).toHaveURL(`${AUDIT}?target=${token.id}`);
  if (scripts) await live(page);
  await expect(page).toHaveTitle('Audit log · Acme · Jeton');
  const made = event(page, 'audited');
  await expect(made).toHaveCount(1);
  await expect(made).toContainText('token.create');
  await expect(made).toContainText(OWNER.name);
  await expect(made.locator('time')).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  await expect(made.getByText('developer')).toBeHidden();
  await made.locator('summary').click();
  await expect(made.getByText('developer')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Organization settings' }).getByRole('link', { name: 'Audit log' })).toHaveAttribute(
    'aria-current',
    'page',
  );
});

test('a filter is in the address, finds, finds nothing, and is cleared', async ({ page, server, visit }) => {
  await server.token({ label: 'Söhne & Co' });
  await visit(AUDIT);
  await filterAudit(page, { action: 'Generated token', target: 'Söhne & C' });
  await expect(page).toHaveURL(/action=token\.create&.*target=S%C3%B6hne(%20|\+)%26(%20|\+)C/);
  await expect(event(page, 'Söhne & Co')).toHaveCount(1);
  await expect(page.getByRole('textbox', { name: 'On what' })).toHaveValue('Söhne & C');
  await expect(page.getByRole('combobox', { name: 'Action' })).toHaveValue('token.create');
  await filterAudit(page, { target: 'nothing of that name' });
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear the filter' }).click();
  await expect(page).toHaveURL(AUDIT);
  await expect(page.getByRole('table', { name: 'Audit log of Acme, newest first' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'On what' })).toHaveValue('');
});

test('an address that asks for nonsense is told which field', async ({ page, visit }) => {
  await visit(`${AUDIT}?from=yesterday`);
  await expect(page.getByRole('alert')).toContainText('Type a day as year-month-day');
  await page.getByRole('alert').getByRole('link').click();
  await expect(page.getByLabel('First day (UTC)')).toBeFocused();
});

test('the trail is verified with a button, and the events are files', async ({ page, server, visit }) => {
  await server.token({ label: '=1+1' });
  await visit(`${AUDIT}?target=%3D1`);
  await page.getByRole('button', { name: 'Verify the log' }).click();
  const intact = page.getByRole('status').filter({ hasText: 'events of this instance are intact' });
  await expect(intact.getByText(/^\d+:[0-9a-f]{64}$/)).toBeVisible();
  for (const [name, file] of [['CSV', 'audit-acme.csv'], ['JSON Lines', 'audit-acme.jsonl']] as const) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name, exact: true }).click();
    expect((await download).suggestedFilename()).toBe(file);
  }
});

test('what was typed into a label is shown as it is', async ({ page, server, visit }) => {
  const label = `<img src=x onerror="window.__pwn=1"></script>`;
  await server.token({ label });
  await visit(`${AUDIT}?target=${encodeURIComponent(label)}`);
  await expect(event(page, label)).toHaveCount(1);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
});
