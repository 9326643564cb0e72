import { test, expect, live } from './support/fixtures.ts';
import { TOKENS, callApi, fill, row, submitAndRead } from './support/journeys.ts';
import { join, theirs } from './support/people.ts';
import { TEAMS, createTeam, says, teamToken } from './support/teams.ts';

test('a team is created, somebody in it generates a token of it, and both end together', async ({
  page, browser, server, visit, scripts, complaints,
}) => {
  const { cookies } = await join(server, 'Christine Darden', 'christine@acme.test');
  await visit(TEAMS);
  await page.getByRole('link', { name: 'Create team' }).click();
  await expect(page).toHaveURL(`${TEAMS}/new`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Payments');
  await page.getByRole('textbox', { name: 'Description' }).fill('Everything about money.');
  await page.getByRole('button', { name: 'Create team' }).click();
  await says(page, 'The team is created.');
  if (scripts) await live(page);
  await expect(page.getByRole('link', { name: 'Generate token' })).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Add a member of the organization' }).selectOption('Christine Darden (christine@acme.test)');
  await page.getByRole('button', { name: 'Add to team' }).click();
  await says(page, 'Added to the team');
  const team = new URL(page.url()).pathname;

  const other = await theirs(browser, scripts, complaints, server.origin, cookies);
  await other.goto(team);
  if (scripts) await live(other);
  await expect(other.getByRole('link', { name: 'End team' })).toHaveCount(0);
  await other.getByRole('link', { name: 'Generate token' }).click();
  await expect(other.getByRole('radio', { name: 'Team Payments' })).toBeChecked();
  if (scripts) await live(other);
  await fill(other, { label: 'payments-ci', expiry: '30 days' });
  const secret = await submitAndRead(other, server, 'payments-ci');
  expect(secret).toMatch(/^jtt_/);
  await other.goto(TOKENS);
  await expect(row(other, 'payments-ci')).toContainText('Team Payments');

  await visit(team);
  await page.getByRole('button', { name: 'Remove Christine Darden from the team' }).click();
  await says(page, 'They are no longer in the team.');
  await other.goto(TOKENS);
  await expect(row(other, 'payments-ci')).toHaveCount(0);
  await other.context().close();
  expect((await callApi(server, secret)).status).toBe(200);

  await visit(`${team}/end`);
  await expect(page.getByRole('list', { name: 'Tokens to revoke' })).toContainText('payments-ci');
  const end = page.getByRole('button', { name: 'End team' });
  await page.getByRole('textbox', { name: 'To confirm, type the name: Payments' }).fill('payments');
  if (scripts) {
    await expect(end).toBeDisabled();
  } else {
    await end.click();
    await expect(page.getByRole('heading', { name: 'The team was not ended' })).toBeVisible();
  }
  expect((await callApi(server, secret)).status).toBe(200);
  await page.getByRole('textbox', { name: 'To confirm, type the name: Payments' }).fill('Payments');
  await end.click();
  await says(page, 'The team is ended');
  expect((await callApi(server, secret)).status).toBe(401);
});

test('an admin sees the token of a team they are not in, and is offered no secret of it', async ({ page, server, visit }) => {
  const { user, cookies } = await join(server, 'Melba Roy', 'melba@acme.test');
  const team = await createTeam(server, 'Orbits', [user]);
  await teamToken(server, cookies, team, 'orbits-ci');
  await visit(`${TOKENS}?owner=team`);
  await expect(row(page, 'orbits-ci')).toContainText('Team Orbits');
  await row(page, 'orbits-ci').getByRole('link', { name: 'orbits-ci', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'orbits-ci' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Revoke' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Disable' })).toBeVisible();
  for (const ofMembers of ['Edit', 'Rotate']) await expect(page.getByRole('link', { name: ofMembers })).toHaveCount(0);
  await page.getByRole('link', { name: 'Team Orbits' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Orbits' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Generate token' })).toHaveCount(0);
});
