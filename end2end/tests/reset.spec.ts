import { test, expect } from './support/fixtures.ts';
import { Post } from './support/post.ts';
import { OWNER } from './support/server.ts';

test.use({ signedIn: false });

const NEW = 'nine herons over a grey roof';

test('who forgot their password gets a mail whose link sets a new one, once', async ({ page, visit, another }) => {
  const post = await Post.open();
  const server = await another('set up', ['--smtp-url', post.url, '--mail-from', 'Jeton <jeton@acme.test>']);
  server.secret(NEW, 'the new password');
  await visit(`${server.origin}/sign-in`);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(OWNER.email);
  await page.getByRole('button', { name: 'Send link' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Look into your mail' })).toBeVisible();

  const [mail] = await post.arrived(1);
  expect(mail?.subject).toBe('Reset your password');
  const link = /http:\S+\/reset-password\?code=\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  expect(mail?.html).toContain(link);
  server.secret(new URL(link).searchParams.get('code')!, 'the code of the reset');
  await visit(link);
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByRole('alert')).toContainText('15 characters or more');
  await page.getByLabel('New password').fill(NEW);
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByRole('status')).toContainText('Your password is changed.');
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(OWNER.email);
  await page.getByLabel('Password').fill(NEW);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await visit(link);
  await expect(page.getByRole('heading', { level: 1, name: 'This link does not work' })).toBeVisible();
  await post.close();
});
