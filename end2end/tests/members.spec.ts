import { test, expect, live } from './support/fixtures.ts';
import { TOKENS, callApi, row } from './support/journeys.ts';
import { INVITE, MEMBERS, PASSWORD, invite, inviteAndRead, join, member, theirs, tokenOf } from './support/people.ts';
import { OWNER } from './support/server.ts';
import { createTeam } from './support/teams.ts';

test('an invitation is made, its link shown once, and who opens it becomes a member', async ({ page, browser, server, visit, scripts, complaints }) => {
  await visit(MEMBERS);
  await page.getByRole('link', { name: 'Invite' }).click();
  await expect(page).toHaveURL(INVITE);
  await expect(page.getByRole('radio', { name: 'Viewer' })).toBeChecked();
  const link = await inviteAndRead(page, server, 'grace@acme.test', 'Developer');
  expect(link).toMatch(new RegExp(`^${server.origin}/invitations/accept\\?code=[\\w-]{43}$`));
  await page.getByRole('checkbox', { name: 'I have copied it' }).check();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page).toHaveURL(/\/members\??$/);
  await expect(member(page, 'grace@acme.test')).toContainText('Developer');
  expect((await page.content()).includes(link)).toBe(false);

  const other = await theirs(browser, scripts, complaints, server.origin);
  await other.goto(link);
  if (scripts) await live(other);
  await expect(other.getByRole('heading', { level: 1, name: 'Join Acme' })).toBeVisible();
  await other.getByRole('textbox', { name: 'Your name' }).fill('Grace Hopper');
  await other.getByLabel('Password').fill('short');
  await other.getByRole('button', { name: 'Join Acme' }).click();
  await expect(other.getByRole('heading', { name: 'You have not joined yet' })).toBeVisible();
  await other.getByLabel('Password').fill(server.secret(PASSWORD, 'the password of others'));
  await other.getByRole('button', { name: 'Join Acme' }).click();
  await expect(other.getByRole('status').filter({ hasText: 'Welcome' })).toBeVisible();
  await other.getByRole('link', { name: 'Members' }).click();
  await expect(member(other, 'Grace Hopper')).toContainText('You');
  await expect(other.getByRole('link', { name: 'Invite' })).toHaveCount(0);

  const late = await theirs(browser, scripts, complaints, server.origin);
  await late.goto(link);
  await expect(late.getByRole('heading', { name: 'This invitation does not work' })).toBeVisible();
  await late.context().close();
  await other.context().close();
});

test('an invitation is withdrawn', async ({ page, server, visit, scripts }) => {
  const { link } = await invite(server, 'withdrawn@acme.test');
  await visit(MEMBERS);
  await page.getByRole('button', { name: 'Withdraw the invitation of withdrawn@acme.test' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The invitation is withdrawn' })).toBeVisible();
  await expect(member(page, 'withdrawn@acme.test')).toHaveCount(0);
  if (scripts) await live(page);
  await page.getByRole('link', { name: 'Dismiss this message' }).click();
  await expect(page.getByText('The invitation is withdrawn')).toHaveCount(0);
  expect((await server.get(new URL(link).pathname + new URL(link).search)).status).toBe(401);
});

test('members are searched by name and address, and the page’s address says for what', async ({ page, server, visit }) => {
  await join(server, 'Hedy Lamarr', 'hedy@acme.test');
  await visit(MEMBERS);
  const field = page.getByRole('searchbox', { name: 'Search name or e-mail address' });
  await field.fill('HEDY@');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/\/members\?q=HEDY(%40|@)$/);
  await expect(member(page, 'Hedy Lamarr')).toBeVisible();
  await expect(member(page, OWNER.name)).toHaveCount(0);
  await expect(field).toHaveValue('HEDY@');
  await field.fill('nobody is called this');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('heading', { name: 'No members match' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear search' }).click();
  await expect(member(page, OWNER.name)).toBeVisible();
  await expect(field).toHaveValue('');
});

test('a role is changed and holds at once, and the last owner stays one', async ({ page, browser, server, visit, scripts, complaints }) => {
  const { cookies } = await join(server, 'Mary Jackson', 'mary@acme.test', 'admin');
  const other = await theirs(browser, scripts, complaints, server.origin, cookies);
  await other.goto(TOKENS);
  await expect(other.getByRole('link', { name: 'API tokens' })).toBeVisible();
  await visit(MEMBERS);
  await member(page, 'Mary Jackson').getByRole('link', { name: 'Mary Jackson' }).first().click();
  await expect(page.getByRole('radio', { name: 'Admin' })).toBeChecked();
  await page.getByRole('radio', { name: 'Viewer' }).check();
  await page.getByRole('button', { name: 'Change role' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The role is changed.' })).toBeVisible();
  await expect(member(page, 'Mary Jackson')).toContainText('Viewer');
  await other.reload();
  await expect(other.getByText('act for you in Acme')).toBeVisible();
  await other.context().close();

  await visit(MEMBERS);
  await member(page, OWNER.email).getByRole('link', { name: OWNER.name }).first().click();
  await page.getByRole('radio', { name: 'Viewer' }).check();
  await page.getByRole('button', { name: 'Change role' }).click();
  await expect(page.getByRole('alert')).toContainText('Make somebody else an owner first');
});

test('who is removed is out at once, and their tokens are decided about one by one', async ({ page, browser, server, visit, scripts, complaints }) => {
  const { cookies } = await join(server, 'Katherine Johnson', 'katherine@acme.test', 'admin');
  for (const label of ['kept one', 'revoked one']) await tokenOf(server, cookies, label);
  const other = await theirs(browser, scripts, complaints, server.origin, cookies);
  await other.goto(MEMBERS);
  await visit(MEMBERS);
  await page.getByRole('link', { name: 'Remove Katherine Johnson' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Remove Katherine Johnson from Acme?' })).toBeVisible();
  const choice = (label: string) => page.getByRole('combobox', { name: `What shall become of ${label}` });
  await expect(choice('kept one')).toHaveValue('keep');
  await choice('revoked one').selectOption('Revoke now');
  await page.getByRole('button', { name: 'Remove member' }).click();
  const doomed = page.getByRole('region', { name: 'Tokens that you revoke' });
  await expect(doomed).toContainText('revoked one');
  await expect(doomed).not.toContainText('kept one');
  await expect(choice('revoked one')).toHaveValue('revoke');
  await page.getByRole('textbox', { name: 'To confirm, type: revoked one' }).fill('revoked one');
  await page.getByRole('button', { name: 'Remove member' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Katherine Johnson is removed. Of their tokens 1 is revoked.' })).toBeVisible();
  await expect(member(page, 'Katherine Johnson')).toHaveCount(0);
  await other.reload();
  await expect(other).toHaveURL(/\/sign-in\?next=/);
  await other.context().close();

  await visit(TOKENS);
  await expect(row(page, 'kept one')).toContainText('by Katherine Johnson (left)');
  await expect(row(page, 'kept one')).toContainText('Active');
  await visit(`${TOKENS}?view=inactive`);
  await expect(row(page, 'revoked one')).toContainText('Revoked');
});

test('one choice goes for all that somebody generated who leaves', async ({ page, server, visit }) => {
  const { cookies } = await join(server, 'Valerie Thomas', 'valerie@acme.test', 'admin');
  for (const label of ['first of hers', 'second of hers']) await tokenOf(server, cookies, label);
  await visit(MEMBERS);
  await page.getByRole('link', { name: 'Remove Valerie Thomas' }).click();
  const all = page.getByRole('combobox', { name: 'All of them' });
  await expect(all).toHaveValue('');
  // What is decided for all is not asked for each.
  const one = page.getByRole('combobox', { name: 'What shall become of first of hers' });
  const instead = page.getByRole('row', { name: 'first of hers' }).getByText('As chosen for all');
  await expect(one).toBeVisible();
  await expect(instead).toBeHidden();
  await all.selectOption('Expire in 7 days');
  await expect(one).toBeHidden();
  await expect(instead).toBeVisible();
  await page.getByRole('button', { name: 'Remove member' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Valerie Thomas is removed. Of their tokens 2 expire in 7 days at most.' })).toBeVisible();
  await visit(TOKENS);
  for (const label of ['first of hers', 'second of hers']) await expect(row(page, label)).toContainText('in 7 days');
});

test('a member is signed out everywhere, and signs in again', async ({ page, browser, server, visit, scripts, complaints }) => {
  const { user, cookies } = await join(server, 'Mary Golda Ross', 'golda@acme.test');
  const other = await theirs(browser, scripts, complaints, server.origin, cookies);
  await other.goto(MEMBERS);
  await visit(`${MEMBERS}/${user}`);
  await page.getByRole('link', { name: 'Sign out everywhere' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign Mary Golda Ross out everywhere?' })).toBeVisible();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The member is signed out everywhere.' })).toBeVisible();
  await other.reload();
  await expect(other).toHaveURL(/\/sign-in\?next=/);
  await other.context().close();
  expect((await server.post('/sign-in', { email: 'golda@acme.test', password: PASSWORD })).status).toBe(303);
});

test('of what somebody generated who leaves one token moves to a team, and another gets a new secret that is shown once', async ({ page, server, visit }) => {
  const { cookies } = await join(server, 'Frances Spence', 'frances@acme.test', 'admin');
  const [moved, old] = [await tokenOf(server, cookies, 'moves on'), await tokenOf(server, cookies, 'turned')];
  await createTeam(server, 'Rockets');
  await visit(MEMBERS);
  await page.getByRole('link', { name: 'Remove Frances Spence' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Remove Frances Spence from Acme?' })).toBeVisible();
  const choice = (label: string) => page.getByRole('combobox', { name: `What shall become of ${label}` });
  await choice('moves on').selectOption('Move to team Rockets');
  await choice('turned').selectOption('Rotate');
  const ends = page.getByRole('combobox', { name: 'Old secrets of tokens that you rotate end' });
  await expect(ends).toHaveValue('1h');
  await ends.selectOption('In 6 hours');
  await page.getByRole('button', { name: 'Remove member' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Store the new secret' })).toBeVisible();
  const secret = server.secret(await page.getByRole('textbox', { name: 'New secret of turned' }).inputValue(), 'the new secret of turned');
  expect(secret).not.toBe(old);
  for (const each of [moved, old, secret]) expect((await callApi(server, each)).status).toBe(200);

  // What was not said to be stored does not go away by accident.
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Store the new secret' })).toBeVisible();
  await page.getByRole('checkbox', { name: 'I have stored it' }).check();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Frances Spence is removed. Of their tokens 1 belongs to a team now, 1 has a new secret.' })).toBeVisible();
  expect((await page.content()).includes(secret)).toBe(false);

  await visit(TOKENS);
  await expect(row(page, 'moves on')).toContainText('Team Rockets');
  await expect(row(page, 'turned')).toContainText('by Frances Spence (left)');
});

test('a person changes their name, ends other sessions, and a new password signs out everything else', async ({ browser, server, scripts, complaints }) => {
  const { cookies } = await join(server, 'Dorothy Vaughan', 'dorothy@acme.test');
  const own = await theirs(browser, scripts, complaints, server.origin, cookies);
  const signInAgain = async () => {
    const answer = await server.post('/sign-in', { email: 'dorothy@acme.test', password: PASSWORD });
    return server.given(answer);
  };
  const second = await theirs(browser, scripts, complaints, server.origin, await signInAgain());
  await own.goto(MEMBERS);
  await own.getByRole('button', { name: 'Account: Dorothy Vaughan' }).click();
  await own.getByRole('link', { name: 'Your account' }).click();
  await own.getByRole('textbox', { name: 'Name' }).fill('Dorothy V.');
  await own.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(own.getByRole('status').filter({ hasText: 'Your name is changed.' })).toBeVisible();
  await expect(own.getByRole('button', { name: 'Account: Dorothy V.' })).toBeVisible();

  await own.getByRole('link', { name: 'Sessions' }).click();
  await expect(own.getByRole('row').filter({ hasText: 'This one' })).toHaveCount(1);
  await own.getByRole('button', { name: 'End all others' }).click();
  await expect(own.getByRole('status').filter({ hasText: 'All your other sessions have ended.' })).toBeVisible();
  await second.goto('/account');
  await expect(second).toHaveURL(/\/sign-in/);
  await second.context().close();

  const third = await theirs(browser, scripts, complaints, server.origin, await signInAgain());
  await own.goto('/account');
  await own.getByLabel('Current password').fill('not this one at all');
  await own.getByLabel('New password').fill(server.secret('four otters beneath a bridge', 'the new password'));
  await own.getByRole('button', { name: 'Change password' }).click();
  await expect(own.getByRole('alert')).toContainText('This is not your current password.');
  await own.getByLabel('Current password').fill(PASSWORD);
  await own.getByLabel('New password').fill('four otters beneath a bridge');
  await own.getByRole('button', { name: 'Change password' }).click();
  await expect(own.getByRole('status').filter({ hasText: 'Your password is changed.' })).toBeVisible();
  for (const { name, value } of await own.context().cookies()) server.secret(value, `the cookie ${name}`);
  await third.goto('/account');
  await expect(third).toHaveURL(/\/sign-in/);
  await third.context().close();
  await own.context().close();
});
