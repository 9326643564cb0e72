import { test, expect, live, signIn } from './support/fixtures.ts';
import { row } from './support/journeys.ts';
import { OWNER } from './support/server.ts';

test.use({ signedIn: false });

test('who is in two organizations switches between them, and sees of each only what is its own', async ({ page, context, another, scripts }) => {
  const server = await another('set up');
  const made = await server.command(['organization', 'create', '--name', 'Globex', '--owner', OWNER.email]);
  expect(made.code, made.stderr).toBe(0);
  await server.token({ label: 'of acme' });
  await server.token({ label: 'of globex', organization: 'globex' });
  await signIn(context, server.owner, server.origin);
  const open = async (path: string) => {
    await page.goto(new URL(path, server.origin).href);
    if (scripts) await live(page);
  };
  await open('/orgs/acme/tokens');
  await expect(row(page, 'of acme')).toBeVisible();
  await expect(row(page, 'of globex')).toHaveCount(0);
  await page.getByRole('button', { name: 'Organization: Acme' }).click();
  const menu = page.getByRole('navigation', { name: 'Organizations' });
  await expect(menu.getByRole('link', { name: 'Acme' })).toHaveAttribute('aria-current', 'true');
  await menu.getByRole('link', { name: 'Globex' }).click();
  await expect(page).toHaveTitle('Overview · Globex · Jeton');
  await page.getByRole('navigation', { name: 'Organization settings' }).getByRole('link', { name: 'API tokens' }).click();
  await expect(row(page, 'of globex')).toBeVisible();
  await expect(row(page, 'of acme')).toHaveCount(0);
});
