import { signIn, test, expect } from './support/fixtures.ts';
import { Post } from './support/post.ts';
import { fill, mask, submitAndRead } from './support/journeys.ts';

test.use({ signedIn: false });

test('admins get a mail when a token is generated, also when the mail server was busy, and see that it was sent', async ({
  page,
  context,
  visit,
  another,
}) => {
  const post = await Post.open(1);
  const server = await another('set up', ['--smtp-url', post.url, '--mail-from', 'Jeton <jeton@acme.test>']);
  await signIn(context, server.owner, server.origin);
  const at = (path: string) => new URL(path, server.origin).href;
  const label = 'told <b>about</b>';
  await visit(at('/orgs/acme/tokens/new'));
  await fill(page, { label });
  const secret = await submitAndRead(page, server, label);

  const [mail] = await post.arrived(1);
  expect(mail?.subject).toBe(`API token “${label}” was generated in Acme`);
  expect(mail?.from?.address).toBe('jeton@acme.test');
  expect(mail?.to?.map(({ address }) => address)).toEqual(['ada@acme.test']);
  expect(mail?.messageId).toMatch(/^<eml_[0-9a-f]{32}@acme\.test>$/);
  for (const body of [mail?.text ?? '', mail?.html ?? '']) {
    for (const said of [mask(secret), 'Ada Lovelace', 'UTC', at('/orgs/acme/tokens/tok_')]) expect(body).toContain(said);
    expect(body).not.toContain(secret);
  }
  expect(mail?.text).toContain(label);
  expect(mail?.html).not.toContain('<b>');

  // The link leads to the token.
  const link = /http:\S+tokens\/tok_\w+/.exec(mail?.text ?? '')?.[0] ?? '';
  // Leaving the page with the secret is guarded, so this is another tab.
  const tab = await context.newPage();
  await tab.goto(link);
  await expect(tab.getByRole('heading', { level: 1, name: label })).toBeVisible();
  // A server writes down that a mail was taken a moment after it was.
  await expect(async () => {
    await tab.goto(at('/orgs/acme/mail'));
    const row = tab.getByRole('row').filter({ hasText: mail?.subject ?? label });
    await expect(row).toContainText('ada@acme.test');
    await expect(row).toContainText('Sent', { timeout: 200 });
  }).toPass();
  await expect(tab.getByText('No mail server is set up')).toHaveCount(0);
  expect(post.taken).toHaveLength(1);
  await post.close();
});
