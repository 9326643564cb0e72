import { readFile } from 'node:fs/promises';
import { test, expect } from './support/fixtures.ts';
import { isRelease } from './support/server.ts';

test.use({ signedIn: false });

test('the API is described on one page, which reads the same with and without scripts', async ({ page, server }) => {
  await page.goto('/docs/api');
  await expect(page.getByRole('heading', { level: 1, name: 'The API' })).toBeVisible();
  const document = (await (await page.request.get(`${server.origin}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { operationId: string; summary: string }>>;
  };
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  expect(operations.length).toBeGreaterThan(5);
  for (const { operationId, summary } of operations) {
    await expect(page.locator(`article[aria-labelledby="${operationId}"]`).getByRole('heading', { level: 3 })).toHaveText(summary.replace(/\.$/, ''));
  }
  await expect(page.locator('script')).toHaveCount(0);
  // A link of the table of contents leads to its part.
  await page.getByRole('navigation', { name: 'Operations' }).getByRole('link', { name: 'Verification' }).click();
  await expect(page).toHaveURL(/#verification$/);
  const verify = page.getByRole('article', { name: 'Verifies a token that was presented to the caller' });
  await expect(verify.getByRole('group', { name: 'token_verify, Example: 200' })).toContainText('"code": "VALID"');
});

test('the components are shown in development builds, and a release carries nothing of them', async ({ page }) => {
  const answer = await page.request.get('/docs/ui', { headers: { Accept: 'text/html' } });
  expect(answer.status()).toBe(isRelease() ? 404 : 200);
  expect((await answer.text()).includes('Every component in every state.')).toBe(!isRelease());
  expect((await readFile(process.env['JETON_BIN']!)).includes('Every component in every state.')).toBe(!isRelease());
});
