import { test, expect } from './support/fixtures.ts';
import { TOKENS, callApi } from './support/journeys.ts';

test('the page of a token tells how often it was used and refused, by day, and from where', async ({ page, server, visit }) => {
  const { token, secret } = await server.token({ label: 'counted' });
  const usage = page.getByRole('region', { name: 'Usage' });
  await visit(`${TOKENS}/${token.id}`);
  await expect(usage).toContainText('Never used.');
  for (let use = 0; use < 3; use += 1) expect((await callApi(server, secret)).status).toBe(200);
  // Counts are written some seconds late.
  await expect(async () => {
    await page.reload();
    await expect(usage).toContainText('3 uses in 30 days.', { timeout: 500 });
  }).toPass();
  await expect(usage.getByRole('listitem')).toContainText('127.0.0.1');
  await usage.getByText('Show by day').click();
  const today = usage.getByRole('row').nth(1);
  await expect(today.getByRole('rowheader')).toBeVisible();
  await expect(today.getByRole('cell')).toHaveText(['3', '0']);
  await expect(usage.getByRole('row')).toHaveCount(31);
});
