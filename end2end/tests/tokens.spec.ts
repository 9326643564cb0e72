import { test, expect, live, signIn } from './support/fixtures.ts';
import {
  NEW_TOKEN,
  OVERVIEW,
  TOKENS,
  bin,
  callApi,
  confirmation,
  expiryChoice,
  fill,
  mask,
  moments,
  revoke,
  revokeButton,
  revokeDialog,
  row,
  secretDialog,
  secretField,
  store,
  submit,
  submitAndRead,
} from './support/journeys.ts';
import { OWNER } from './support/server.ts';

const DAY = 24 * 60 * 60 * 1000;

test('the form begins with the least role and with ninety days', async ({ page, visit }) => {
  await visit(TOKENS);
  await page.getByRole('link', { name: 'Generate token' }).click();
  await expect(page).toHaveURL(NEW_TOKEN);
  await expect(page).toHaveTitle('Generate token · Acme · Jeton');
  await expect(page.getByRole('radio', { name: 'Viewer' })).toBeChecked();
  await expect(page.getByRole('radio', { name: '90 days' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Owner' })).toHaveCount(0);
  const chosen = await page.getByRole('radio', { checked: true }).count();
  await expect(page.getByRole('radio', { name: 'The organization' })).toBeChecked();
  expect(chosen).toBe(3);
});

test('a token is generated, and the list then shows all of it but its secret', async ({ page, server, visit }) => {
  await visit(NEW_TOKEN);
  const before = Date.now();
  await fill(page, { label: 'deploy-bot', description: 'Rolls out the shop.\nAsk Grace.', role: 'Developer', expiry: '30 days' });
  const secret = await submitAndRead(page, server, 'deploy-bot');
  expect(secret).toMatch(/^jto_[0-9A-Za-z]{38}$/);
  await expect(secretField(page)).toHaveAttribute('readonly');
  await store(page);

  await expect(page.getByRole('status').filter({ hasText: 'Token “deploy-bot” is generated.' })).toBeVisible();
  const made = row(page, 'deploy-bot');
  await expect(made.locator('.badge', { hasText: 'New' })).toBeVisible();
  await expect(made.getByRole('rowheader')).toContainText('Rolls out the shop.\nAsk Grace.', { useInnerText: false });
  await expect(made).toContainText(mask(secret));
  await expect(made).toContainText('Developer');
  await expect(made).toContainText(`by ${OWNER.name}`);
  await expect(made).toContainText('Never used');
  await expect(made).toContainText('Active');
  const [created, expires] = await moments(made, 2);
  expect(created! - before).toBeLessThan(60_000);
  expect(created! - before).toBeGreaterThanOrEqual(-1);
  expect(expires! - created!).toBe(30 * DAY);
  await expect(page.locator('body')).not.toContainText(secret);
});

test('what can be done with a row stands side by side, however much is in the row', async ({ page, server, visit }) => {
  const label = 'registry-staging-of-the-northern-region';
  await server.token({ label, description: 'Reads what the dashboard shows, and rolls out what the pipeline made.', role: 'developer', expiry: 'never' });
  for (const width of [1184, 1280, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await visit(TOKENS);
    const [edit, revoke] = await Promise.all(['Edit', 'Revoke'].map((name) => row(page, label).getByRole('link', { name: `${name} ${label}` }).boundingBox()));
    expect(edit!.x + edit!.width, `${width}`).toBeLessThanOrEqual(revoke!.x);
  }
});

test('times are written in full, and in UTC', async ({ page, server, visit }) => {
  await server.token({ label: 'full times' });
  await visit(TOKENS);
  const created = row(page, 'full times').locator('time').first();
  await expect(created).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const at = new Date((await created.getAttribute('datetime'))!);
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(at);
  const clock = at.toISOString().slice(11, 16);
  await expect(created).toHaveText(
    `${part({ weekday: 'short' })} ${part({ day: 'numeric' })} ${part({ month: 'short' })} ${part({ year: 'numeric' })}, ${clock} UTC`,
  );
});

test('a secret is shown once: not after closing, not after reloading, not on the way back, not to another browser', async ({ page, server, visit, scripts }) => {
  await visit(NEW_TOKEN);
  await fill(page, { label: 'seen once' });
  const secret = await submitAndRead(page, server, 'seen once');
  const gone = async () => expect((await page.content()).includes(secret)).toBe(false);
  await store(page);
  await gone();
  await page.reload();
  if (scripts) await live(page);
  await expect(row(page, 'seen once')).toContainText(mask(secret));
  await gone();
  // The page before is the answer to a form, which is kept nowhere, so that the browser has nothing to show.
  await page.goBack().catch((error: Error) => expect(error.message).toContain('ERR_CACHE_MISS'));
  await expect(secretDialog(page, 'seen once')).toHaveCount(0);
  await gone();
  for (const path of [TOKENS, NEW_TOKEN]) {
    expect(await (await server.get(path, { Cookie: server.ownerCookie })).text()).not.toContain(secret);
  }
});

test('a secret is shown whole on a narrow screen, with a way to copy it', async ({ page, server, visit, scripts }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await visit(NEW_TOKEN);
  await fill(page, { label: 'narrow' });
  await submitAndRead(page, server, 'narrow');
  const hidden = await secretField(page).evaluate((field) => [field.scrollWidth - field.clientWidth, field.scrollHeight - field.clientHeight]);
  expect(hidden).toEqual([0, 0]);
  if (scripts) await expect(page.getByRole('button', { name: 'Copy token' })).toBeVisible();
  else await expect(secretDialog(page, 'narrow').locator('noscript p')).toBeVisible();
});

test('the snippets are ready to paste, with the secret and the address of this server', async ({ page, server, visit }) => {
  await visit(NEW_TOKEN);
  await fill(page, { label: 'to be pasted' });
  const secret = await submitAndRead(page, server, 'to be pasted');
  const dialog = secretDialog(page, 'to be pasted');
  for (const [title, text] of [
    ['Environment variable', `export JETON_TOKEN='${secret}'`],
    ['curl', `curl -H 'Authorization: Bearer ${secret}' ${server.origin}/organization`],
    ['Kubernetes secret', `JETON_TOKEN: ${secret}`],
    ['PowerShell', `$env:JETON_TOKEN = '${secret}'`],
  ] as const) {
    await dialog.locator('summary').getByText(title, { exact: true }).click();
    const snippet = dialog.locator(`pre[aria-label="${title}"]`);
    await expect(snippet).toBeVisible();
    await expect(snippet).toContainText(text, { useInnerText: false });
  }
  await store(page);
});

test('a generated token opens the API, however it is presented, and the list tells when it did', async ({ page, server, visit }) => {
  const { secret } = await server.token({ label: 'calls the API' });
  await visit(TOKENS);
  await expect(row(page, 'calls the API')).toContainText('Never used');
  const answers = await Promise.all(
    [`Bearer ${secret}`, `bearer ${secret}`, `Token ${secret}`, `Api-Key ${secret}`, undefined].map(async (authorization) => {
      const answer = await server.get('/organization', authorization ? { Authorization: authorization } : { 'X-API-Key': secret });
      return [answer.status, await answer.json()];
    }),
  );
  for (const answer of answers) {
    expect(answer).toEqual([
      200,
      { id: expect.stringMatching(/^org_/), name: 'Acme', created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
    ]);
  }
  await expect(async () => {
    await visit(TOKENS);
    await expect(row(page, 'calls the API')).toContainText('moments ago', { timeout: 1_000 });
  }).toPass();
  await expect(row(page, 'calls the API').locator('time')).toHaveCount(3);
});

test('a revoked token is refused at once, for good, and in the documented words', async ({ page, server, visit }) => {
  const { secret } = await server.token({ label: 'to be revoked' });
  expect((await callApi(server, secret)).status).toBe(200);
  await visit(TOKENS);
  await revoke(page, 'to be revoked');

  const answer = await callApi(server, secret);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="jeton", error="invalid_token"');
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(await answer.json()).toEqual({
    status: 401,
    error: 'Unauthorized',
    message: 'Invalid or missing authentication token',
    type: 'about:blank',
    title: 'Unauthorized',
    code: 'unauthenticated',
    instance: answer.headers.get('X-Request-Id'),
  });
  const ended = row(page, 'to be revoked');
  await expect(ended).toHaveCount(0);
  await page.getByRole('link', { name: 'Dismiss this message' }).click();
  await expect(page).toHaveURL(TOKENS);
  await expect(page.getByText('is revoked.')).toHaveCount(0);
  await page.getByRole('link', { name: 'Inactive' }).click();
  await expect(ended).toContainText('Revoked');
  await expect(ended).toContainText(`by ${OWNER.name}`);
  await expect(bin(page, 'to be revoked')).toHaveCount(0);
});

test('the dialog to revoke names the token and its last use, and Cancel changes nothing', async ({ page, server, visit }) => {
  const { secret, token } = await server.token({ label: 'kept after all' });
  await visit(TOKENS);
  await bin(page, 'kept after all').click();
  const dialog = revokeDialog(page, 'kept after all');
  await expect(dialog).toContainText(token.hint);
  await expect(dialog).toContainText('Never used.');
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  expect((await callApi(server, secret)).status).toBe(200);
  await expect(async () => {
    await visit(`${TOKENS}?revoke=${token.id}`);
    await expect(dialog).toContainText('Last used moments ago', { timeout: 1_000 });
  }).toPass();
});

test('a token is revoked only by its own label', async ({ page, server, visit, scripts }) => {
  const { secret } = await server.token({ label: 'exactly me' });
  await visit(TOKENS);
  await bin(page, 'exactly me').click();
  await confirmation(page, 'exactly me').fill('Exactly me');
  if (scripts) {
    await expect(revokeButton(page)).toBeDisabled();
    await confirmation(page, 'exactly me').press('Enter');
    await expect(revokeDialog(page, 'exactly me')).toBeVisible();
  } else {
    await revokeButton(page).click();
    await expect(confirmation(page, 'exactly me')).toHaveAccessibleDescription('Type the label of the token exactly as it is shown.');
    await expect(confirmation(page, 'exactly me')).toHaveValue('Exactly me');
  }
  expect((await callApi(server, secret)).status).toBe(200);
  await confirmation(page, 'exactly me').fill('exactly me');
  await revokeButton(page).click();
  await expect(page.getByText('Token “exactly me” is revoked.')).toBeVisible();
  expect((await callApi(server, secret)).status).toBe(401);
});

test('a token that is revoked on its own page is shown there, revoked', async ({ page, server, visit }) => {
  const { token, secret } = await server.token({ label: 'ends here' });
  const address = `${TOKENS}/${token.id}`;
  await visit(address);
  await page.getByRole('link', { name: 'Revoke', exact: true }).click();
  await expect(revokeDialog(page, 'ends here')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(revokeDialog(page, 'ends here')).toBeHidden();
  await page.getByRole('link', { name: 'Revoke', exact: true }).click();
  await confirmation(page, 'ends here').fill('ends here');
  await revokeButton(page).click();
  await expect(page.getByRole('status').filter({ hasText: 'The token is revoked.' })).toBeVisible();
  await expect(page).toHaveURL(`${address}?done=revoked`);
  await expect(page.getByRole('heading', { level: 1, name: 'ends here' })).toBeVisible();
  await expect(page.getByRole('main').locator('dl').first()).toContainText(`by ${OWNER.name}`);
  expect((await callApi(server, secret)).status).toBe(401);
});

test('an empty label is refused at its field, and all else that was typed is kept', async ({ page, server, visit }) => {
  await visit(NEW_TOKEN);
  await fill(page, { label: '  ', description: 'kept < & "quoted"', role: 'Admin', expiry: 'Never' });
  await submit(page).click();
  const summary = page.getByRole('alert').filter({ has: page.getByRole('heading', { name: 'The token was not generated' }) });
  await expect(summary).toBeFocused();
  const label = page.getByRole('textbox', { name: 'Label' });
  await expect(label).toHaveAttribute('aria-invalid', 'true');
  await expect(label).toHaveAccessibleDescription(/A label is needed\.$/);
  await expect(page.getByRole('textbox', { name: 'Description' })).toHaveValue('kept < & "quoted"');
  await expect(page.getByRole('radio', { name: 'Admin' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Never' })).toBeChecked();
  await summary.getByRole('link', { name: 'A label is needed.' }).click();
  await expect(label).toBeFocused();

  await label.fill('needed a label');
  await submitAndRead(page, server, 'needed a label');
  await store(page);
  await expect(row(page, 'needed a label')).toContainText('Never expires');
  await expect(row(page, 'needed a label')).toContainText('Admin');
});

test('a label in use is warned about once, and may be used all the same', async ({ page, server, visit }) => {
  await server.token({ label: 'twins' });
  await visit(NEW_TOKEN);
  await fill(page, { label: 'twins', description: 'the second one' });
  await submit(page).click();
  await expect(page.getByRole('alert').filter({ hasText: 'A token labelled “twins” is in use already.' })).toBeVisible();
  await expect(secretDialog(page, 'twins')).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: 'Description' })).toHaveValue('the second one');
  await expect(submit(page)).toHaveText('Generate it anyway');
  await submitAndRead(page, server, 'twins');
  await store(page);
  await expect(row(page, 'twins')).toHaveCount(2);
});

test('a lifetime can be chosen to the minute', async ({ page, server, visit }) => {
  await visit(NEW_TOKEN);
  await expect(page.getByRole('textbox', { name: 'Days' })).toBeHidden();
  await fill(page, { label: 'to the minute', expiry: 'Custom' });
  await page.getByRole('textbox', { name: 'Days' }).fill('1');
  await page.getByRole('textbox', { name: 'Hours' }).fill('2');
  await page.getByRole('textbox', { name: 'Minutes' }).fill('3');
  await submitAndRead(page, server, 'to the minute');
  await store(page);
  const [created, expires] = await moments(row(page, 'to the minute'), 2);
  expect(expires! - created!).toBe(DAY + (2 * 60 + 3) * 60_000);
});

test('a lifetime that is none is refused at its field', async ({ page, visit }) => {
  await visit(NEW_TOKEN);
  await fill(page, { label: 'no time at all', expiry: 'Custom' });
  await page.getByRole('textbox', { name: 'Minutes' }).fill('0');
  await submit(page).click();
  await expect(page.getByRole('group', { name: 'Expires after' })).toHaveAccessibleDescription(/choose at least 1 minute\.$/);
  await expect(expiryChoice(page, 'Custom')).toBeChecked();
  await expect(page.getByRole('textbox', { name: 'Minutes' })).toHaveValue('0');
});

test('an end within a week is marked, unless the token is young, a later one is not, and never is said plainly', async ({ page, server, visit, database }) => {
  await server.token({ label: 'ends soon', expiry: '7' });
  await server.token({ label: 'ends later', expiry: '30' });
  await server.token({ label: 'ends never', expiry: 'never' });
  await visit(TOKENS);
  await expect(row(page, 'ends soon')).toContainText('in 7 days');
  await expect(row(page, 'ends soon').locator('.badge', { hasText: /^In / })).toHaveCount(0);
  await expect(row(page, 'ends later')).toContainText('in 30 days');
  await expect(row(page, 'ends later').locator('.badge', { hasText: /^In / })).toHaveCount(0);
  await expect(row(page, 'ends never')).toContainText('Never expires');
  if (database === 'postgres') {
    await server.ageTokens('ends soon', 14);
    // What is older may be on a later page.
    await visit(`${TOKENS}?q=ends+soon`);
    await expect(row(page, 'ends soon').locator('.badge', { hasText: /^In [67] days/ })).toBeVisible();
  }
});

test('the list has the newest first and the older ones a page away', async ({ another, context, page, scripts }) => {
  const server = await another('set up');
  await context.clearCookies();
  await signIn(context, server.owner, server.origin);
  for (let number = 1; number <= 27; number += 1) await server.token({ label: `token ${number}` });
  await page.goto(server.origin + TOKENS);
  if (scripts) await live(page);
  const labels = page.getByRole('rowheader');
  await expect(labels).toHaveText(Array.from({ length: 25 }, (_, index) => `token ${27 - index}`));
  const pages = page.getByRole('navigation', { name: 'Pagination' });
  await pages.getByRole('link', { name: 'Older tokens' }).click();
  await expect(labels).toHaveText(['token 2', 'token 1']);
  await expect(pages.getByRole('link', { name: 'Older tokens' })).toHaveCount(0);

  await pages.getByRole('link', { name: 'Newest tokens' }).click();
  await expect(labels).toHaveCount(25);
  await expect(page).toHaveURL(server.origin + TOKENS);
});

test('the table says what it is and what its columns are', async ({ page, server, visit }) => {
  await server.token({ label: 'in a table' });
  await visit(TOKENS);
  const table = page.getByRole('table', { name: 'API tokens of Acme, newest first' });
  await expect(table.getByRole('columnheader')).toHaveText(['Select', 'Label', 'Token', 'Belongs to', 'Role', 'Created', 'Expires', 'Last used', 'Status', 'Actions']);
  await expect(row(page, 'in a table').getByRole('rowheader')).toHaveText('in a table');
  await expect(bin(page, 'in a table')).toBeVisible();
});

test('an organization that is not there, or not yours, has no page', async ({ page, visit, server }) => {
  for (const path of ['/orgs/others/tokens', '/orgs/others/tokens/new']) {
    await visit(path);
    await expect(page.getByRole('alert')).toContainText('There is nothing here');
    expect((await server.get(path, { Cookie: server.ownerCookie })).status).toBe(404);
  }
});

test('an address that leads nowhere says so and leads back', async ({ page, visit, server }) => {
  await visit('/no/such/page');
  await expect(page.getByRole('heading', { level: 1, name: 'There is no page here' })).toBeVisible();
  expect((await server.get('/no/such/page', { Accept: 'text/html' })).status).toBe(404);
  await page.getByRole('link', { name: 'Go to the start page' }).click();
  await expect(page).toHaveURL(OVERVIEW);
});

test('a token made from the command line is in the list and opens the API', async ({ page, server, visit }) => {
  const made = await server.command(['token', 'create', '--organization', 'acme', '--label', 'from the shell', '--role', 'developer', '--expires', '90d']);
  expect(made.code, made.stderr).toBe(0);
  const { secret, hint } = JSON.parse(made.stdout) as { secret: string; hint: string };
  server.secret(secret, 'the secret of a token from the command line');
  expect((await callApi(server, secret)).status).toBe(200);
  await visit(TOKENS);
  await expect(row(page, 'from the shell')).toContainText(hint);
  await expect(row(page, 'from the shell')).toContainText('Developer');
});

test('a verifier is told whether a token is good, and no longer when it is revoked', async ({ page, server, visit }) => {
  const made = await server.command(['token', 'create', '--organization', 'acme', '--label', 'gateway', '--permission', 'token:verify']);
  expect(made.code, made.stderr).toBe(0);
  const verifier = server.secret((JSON.parse(made.stdout) as { secret: string }).secret, 'the secret of gateway');
  const { secret, token } = await server.token({ label: 'shown to a gateway', role: 'developer' });
  const verdict = async (permission?: string) => {
    const answer = await fetch(`${server.origin}/api/v1/verify`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${verifier}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: secret, permission }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as object;
  };
  expect(await verdict('agent:create')).toMatchObject({
    valid: true,
    code: 'VALID',
    token: { id: token.id, label: 'shown to a gateway', hint: token.hint, owner: { kind: 'organization', name: 'Acme' } },
    organization: { slug: 'acme', name: 'Acme' },
    permissions: expect.arrayContaining(['agent:create']),
  });
  expect(await verdict('token:verify')).toEqual({ valid: false, code: 'INSUFFICIENT_PERMISSIONS' });
  await visit(TOKENS);
  await revoke(page, 'shown to a gateway');
  expect(await verdict()).toEqual({ valid: false, code: 'REVOKED' });
});
