import { signIn, test, expect } from './support/fixtures.ts';
import { INVITE, MEMBERS, PASSWORD, invite, inviteAndRead, member, theirs } from './support/people.ts';
import { Post } from './support/post.ts';

test.use({ signedIn: false });

test('who is invited gets a mail whose link makes them a member, once', async ({ page, context, browser, visit, another, scripts, complaints }) => {
  const post = await Post.open();
  const server = await another('set up', ['--smtp-url', post.url, '--mail-from', 'Jeton <jeton@acme.test>']);
  await signIn(context, server.owner, server.origin);
  const at = (path: string) => new URL(path, server.origin).href;
  await visit(at(INVITE));
  const shown = await inviteAndRead(page, server, 'grace@acme.test', 'Developer');
  await expect(page.getByText('A mail with this link goes to grace@acme.test')).toBeVisible();
  await page.getByRole('checkbox', { name: 'I have copied it' }).check();
  await page.getByRole('button', { name: 'Done' }).click();

  // One to her, one to the owner.
  const mails = await post.arrived(2);
  const mail = mails.find(({ to }) => to?.[0]?.address === 'grace@acme.test');
  expect(mail?.subject).toBe('Ada Lovelace invites you to Acme');
  expect(mail?.text).toContain('Your role: Developer');
  const link = /http:\S+\/invitations\/accept\?code=\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  expect(link === shown).toBe(true);
  expect(mail?.html?.includes(link)).toBe(true);
  for (const other of mails.filter((each) => each !== mail)) {
    expect([other.subject, other.text, other.html].some((part) => part?.includes(link))).toBe(false);
  }

  // Sooner than a minute after the mail it is not sent again, and the page says so.
  await visit(at(MEMBERS));
  await page.getByRole('button', { name: 'Send again to grace@acme.test' }).click();
  await expect(page.getByText('An invitation is mailed once a minute at most.')).toBeVisible();
  await expect(member(page, 'grace@acme.test')).toContainText('Mailed');

  const hers = await theirs(browser, scripts, complaints, server.origin);
  await hers.goto(link);
  await expect(hers.getByRole('heading', { level: 1, name: 'Join Acme' })).toBeVisible();
  await hers.getByRole('textbox', { name: 'Your name' }).fill('Grace Hopper');
  await hers.getByLabel('Password').fill(server.secret(PASSWORD, 'the password of others'));
  await hers.getByRole('button', { name: 'Join Acme' }).click();
  await expect(hers.getByRole('status').filter({ hasText: 'Welcome' })).toBeVisible();
  await hers.context().close();

  const late = await theirs(browser, scripts, complaints, server.origin);
  await late.goto(link);
  await expect(late.getByRole('heading', { name: 'This invitation does not work' })).toBeVisible();
  await late.context().close();
  expect(post.taken).toHaveLength(2);
  await post.close();
});

test('an invitation that is withdrawn while the mail server is away is not mailed any more', async ({ page, context, visit, another }) => {
  // Both mails of the invitation are refused at first, and tried again after a second.
  const post = await Post.open(2);
  const server = await another('set up', ['--smtp-url', post.url, '--mail-from', 'Jeton <jeton@acme.test>']);
  await signIn(context, server.owner, server.origin);
  const { invitation } = await invite(server, 'grace@acme.test');
  const withdrawn = await server.post(`${MEMBERS}/invitations/${invitation.id}/withdraw`, {}, { Cookie: server.ownerCookie });
  expect(withdrawn.status).toBe(303);
  await expect(async () => {
    await visit(new URL('/orgs/acme/mail', server.origin).href);
    const row = page.getByRole('row').filter({ hasText: 'invites you to Acme' });
    await expect(row).toContainText('Not sent', { timeout: 200 });
  }).toPass();
  await post.arrived(1);
  expect(post.taken.map(({ to }) => to?.[0]?.address)).toEqual(['ada@acme.test']);
  await post.close();
});
