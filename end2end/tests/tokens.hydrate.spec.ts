import { test, expect, live } from './support/fixtures.ts';
import {
  NEW_TOKEN,
  TOKENS,
  bin,
  callApi,
  confirmation,
  fill,
  mask,
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
import type { Page } from '@playwright/test';

/** The list, after a secret was stored: Chromium writes the ? of a form without fields. */
const LEFT = /\/orgs\/acme\/tokens\?generated=tok_\w+$/;

/** Generates a token and stays at the dialog with its secret. */
async function generate(page: Page, server: Parameters<typeof submitAndRead>[1], label: string): Promise<string> {
  await fill(page, { label });
  const secret = await submitAndRead(page, server, label);
  await live(page);
  return secret;
}

/** Asks in the list whether to revoke a token. */
async function ask(page: Page, label: string): Promise<void> {
  await bin(page, label).click();
  await expect(revokeDialog(page, label)).toBeVisible();
  await live(page);
}

const copyButton = (page: Page) => page.getByRole('button', { name: /^(Copy|Copied) token$/ });
const stored = (page: Page) => page.getByRole('checkbox', { name: 'I have stored it' });
const done = (page: Page) => page.getByRole('button', { name: 'Done' });

test.describe('the dialog with the secret', () => {
  test('copies the secret, says so on its button and in a polite region, and may then be closed', async ({ page, context, server, visit }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
    await visit(NEW_TOKEN);
    const secret = await generate(page, server, 'copied');
    await expect(copyButton(page)).toHaveAccessibleName('Copy token');
    await copyButton(page).click();
    await expect(copyButton(page)).toHaveAccessibleName('Copied token');
    await expect(page.getByRole('status').filter({ hasText: 'Copied: token.' })).toBeAttached();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await expect(copyButton(page)).toBeFocused();
    await done(page).click();
    await expect(page).toHaveURL(LEFT);
    await expect(row(page, 'copied')).toContainText(mask(secret));
  });

  test('copies a snippet as it stands', async ({ page, context, server, visit }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
    await visit(NEW_TOKEN);
    const secret = await generate(page, server, 'copied snippet');
    await page.locator('summary').getByText('curl', { exact: true }).click();
    await page.getByRole('button', { name: 'Copy curl' }).click();
    await expect(page.getByRole('button', { name: 'Copied curl' })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `curl -H 'Authorization: Bearer ${secret}' ${server.origin}/organization`,
    );
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(LEFT);
  });

  test('selects the secret and says which keys copy it where there is no clipboard', async ({ page, context, server, visit }) => {
    await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));
    await visit(NEW_TOKEN);
    const secret = await generate(page, server, 'no clipboard');
    await copyButton(page).click();
    await expect(page.getByRole('status').filter({ hasText: 'Press Ctrl+C' })).toBeVisible();
    await expect(copyButton(page)).toHaveAccessibleName('Copy token');
    await expect(secretField(page)).toBeFocused();
    expect(await secretField(page).evaluate((field: HTMLInputElement) => field.value.slice(field.selectionStart!, field.selectionEnd!))).toBe(secret);
    // It was not copied, so the dialog still asks.
    await page.keyboard.press('Escape');
    await expect(secretDialog(page, 'no clipboard')).toBeVisible();
    await store(page);
  });

  test('says the same where the clipboard is refused', async ({ page, context, server, visit }) => {
    await context.addInitScript(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
    });
    await visit(NEW_TOKEN);
    await generate(page, server, 'clipboard refused');
    await copyButton(page).click();
    await expect(page.getByRole('status').filter({ hasText: 'Press Ctrl+C' })).toBeVisible();
    await store(page);
  });

  test('does not close by Escape, by a click beside it or by Done before the secret is stored', async ({ page, server, visit }) => {
    await visit(NEW_TOKEN);
    const secret = await generate(page, server, 'guarded');
    const dialog = secretDialog(page, 'guarded');
    for (let time = 1; time <= 3; time += 1) await page.keyboard.press('Escape');
    await expect(dialog).toBeVisible();
    // It leads to what is missing, and the browser says so.
    await expect(stored(page)).toBeFocused();
    await page.mouse.click(5, 5);
    await expect(dialog).toBeVisible();
    await done(page).click();
    await expect(dialog).toBeVisible();
    await expect(secretField(page)).toHaveValue(secret);
    expect(await stored(page).evaluate((box: HTMLInputElement) => box.validity.valueMissing)).toBe(true);

    await stored(page).check();
    await stored(page).uncheck();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeVisible();
    await stored(page).check();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(page).toHaveURL(LEFT);
    expect((await page.content()).includes(secret)).toBe(false);
  });

  test('keeps people on the page until the secret is stored', async ({ page, server, visit }) => {
    await visit(TOKENS);
    await page.getByRole('link', { name: 'Generate token' }).first().click();
    await expect(page).toHaveURL(NEW_TOKEN);
    const secret = await generate(page, server, 'not left behind');
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => asked).toEqual(['beforeunload']);
    await expect(secretField(page)).toHaveValue(secret);

    await page.evaluate(() => history.back());
    await expect.poll(() => asked).toEqual(['beforeunload', 'beforeunload']);
    await expect(secretField(page)).toHaveValue(secret);
    await expect(page).toHaveURL(NEW_TOKEN);

    await store(page);
    await page.goto('/sign-in');
    await expect(page).toHaveURL('/sign-in');
    expect(asked).toEqual(['beforeunload', 'beforeunload']);
  });

  test('is a modal one: the page behind cannot be reached', async ({ page, server, visit }) => {
    await visit(NEW_TOKEN);
    await generate(page, server, 'modal');
    expect(await page.locator('dialog#issued').evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
    await expect(secretField(page)).toBeFocused();
    await page.locator('.brand').focus();
    await expect(secretField(page)).toBeFocused();
    await store(page);
  });
});

test.describe('the form', () => {
  test('is sent once, however often its button is pressed, and says that it is busy', async ({ page, server, visit }) => {
    await visit(NEW_TOKEN);
    await fill(page, { label: 'sent once' });
    let sent = 0;
    let answer = () => {};
    const answered = new Promise<void>((done) => (answer = done));
    await page.route('**/tokens/new', async (route) => {
      if (route.request().method() !== 'POST') return await route.continue();
      sent += 1;
      await answered;
      await route.continue();
    });
    // Playwright waits for the answer before it looks at the page again; a person does not.
    const told = await submit(page).evaluate((button: HTMLButtonElement) => {
      button.focus();
      button.click();
      button.click();
      button.form!.requestSubmit();
      return [button.innerText, button.ariaDisabled, document.activeElement === button];
    });
    expect(told).toEqual(['Generating…', 'true', true]);
    answer();
    await expect(secretDialog(page, 'sent once')).toBeVisible();
    server.secret(await secretField(page).inputValue(), 'the secret of sent once');
    expect(sent).toBe(1);
    await store(page);
    await expect(row(page, 'sent once')).toHaveCount(1);
  });

  test('warns before it makes a token that never expires', async ({ page, visit }) => {
    await visit(NEW_TOKEN);
    const warning = page.getByText('A token that never expires works until somebody revokes it.');
    await expect(warning).toBeHidden();
    await page.getByRole('radio', { name: 'Never' }).check();
    await expect(warning).toBeVisible();
    await page.getByRole('radio', { name: '7 days' }).check();
    await expect(warning).toBeHidden();
  });
});

test.describe('the dialog to revoke', () => {
  test('has the focus on Cancel, and its button wakes up when the label is typed', async ({ page, server, visit }) => {
    const { secret } = await server.token({ label: 'typed label' });
    await visit(TOKENS);
    await ask(page, 'typed label');
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await expect(revokeButton(page)).toBeDisabled();
    await confirmation(page, 'typed label').pressSequentially('typed labe');
    await expect(revokeButton(page)).toBeDisabled();
    await confirmation(page, 'typed label').press('l');
    await expect(revokeButton(page)).toBeEnabled();
    await confirmation(page, 'typed label').press('Enter');
    await expect(page.getByText('Token “typed label” is revoked.')).toBeVisible();
    expect((await callApi(server, secret)).status).toBe(401);
  });

  test('gives the focus back to the bin when it is closed, by Cancel, Escape or a click beside it', async ({ page, server, visit }) => {
    await server.token({ label: 'comes back' });
    await visit(TOKENS);
    for (const close of [
      () => page.getByRole('button', { name: 'Cancel' }).click(),
      () => page.keyboard.press('Escape'),
      () => page.mouse.click(5, 5),
    ]) {
      await ask(page, 'comes back');
      await close();
      await expect(revokeDialog(page, 'comes back')).toHaveCount(0);
      await expect(page).toHaveURL(TOKENS);
      await expect(bin(page, 'comes back')).toBeFocused();
      await live(page);
    }
  });

  test('moves the focus to the page when the row is gone', async ({ page, server, visit }) => {
    await server.token({ label: 'stays in the list' });
    await server.token({ label: 'bin is gone' });
    await visit(TOKENS);
    await revoke(page, 'bin is gone');
    await expect(page.getByRole('main')).toBeFocused();
    await expect(row(page, 'bin is gone')).toHaveCount(0);
  });

  test('does not close and does not send twice while the answer is awaited', async ({ page, server, visit }) => {
    await server.token({ label: 'awaited' });
    await visit(TOKENS);
    let sent = 0;
    let answer = () => {};
    const answered = new Promise<void>((done) => (answer = done));
    await page.route('**/tokens/*/revoke', async (route) => {
      sent += 1;
      await answered;
      await route.continue();
    });
    await ask(page, 'awaited');
    await confirmation(page, 'awaited').fill('awaited');
    const told = await revokeButton(page).evaluate(async (button: HTMLButtonElement) => {
      const dialog = button.closest('dialog')!;
      button.click();
      dialog.requestClose();
      await new Promise((done) => dialog.addEventListener('close', () => setTimeout(done), { once: true }));
      button.click();
      button.form!.requestSubmit();
      return [button.innerText, button.ariaDisabled, dialog.matches(':modal')];
    });
    expect(told).toEqual(['Revoking…', 'true', true]);
    answer();
    await expect(page.getByText('Token “awaited” is revoked.')).toBeVisible();
    expect(sent).toBe(1);
  });

  test('can be linked to and reloaded', async ({ page, server, visit }) => {
    const { token } = await server.token({ label: 'linked to' });
    await visit(`${TOKENS}?revoke=${token.id}`);
    await expect(revokeDialog(page, 'linked to')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
    expect(await page.locator('dialog#revoke').evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
    await page.reload();
    await live(page);
    await page.keyboard.press('Escape');
    await expect(revokeDialog(page, 'linked to')).toHaveCount(0);
    await expect(page).toHaveURL(TOKENS);
  });

  test('tells when the token was revoked by somebody else meanwhile', async ({ page, server, visit }) => {
    const { token } = await server.token({ label: 'two at once' });
    await visit(TOKENS);
    await bin(page, 'two at once').click();
    await confirmation(page, 'two at once').fill('two at once');
    const other = await server.post(`${TOKENS}/${token.id}/revoke`, { label: 'two at once' }, { Cookie: server.ownerCookie });
    expect(other.status).toBe(303);
    await revokeButton(page).click();
    await expect(page.getByText('Token “two at once” is revoked.')).toBeVisible();
  });
});

test.describe('times', () => {
  test.use({ timezoneId: 'Asia/Kathmandu' });

  test('are in the zone of the reader once the page is live', async ({ page, server, visit }) => {
    await server.token({ label: 'far east' });
    await visit(TOKENS);
    const created = row(page, 'far east').locator('time').first();
    await expect(created).toHaveText(/^\w{3} \d{1,2} \w{3} \d{4}, \d\d:\d\d UTC\+5:45$/);
    const at = Date.parse((await created.getAttribute('datetime'))!);
    const there = new Date(at + (5 * 60 + 45) * 60_000).toISOString();
    await expect(created).toContainText(`${there.slice(11, 16)} UTC+5:45`);
    await expect(created).toContainText(` ${Number(there.slice(8, 10))} `);
  });
});

test('everything works before the module has arrived', async ({ page, server }) => {
  await page.route('**/*.wasm', () => {}); // never answered
  await page.goto(NEW_TOKEN, { waitUntil: 'domcontentloaded' });
  await fill(page, { label: 'before the module' });
  const secret = await submitAndRead(page, server, 'before the module');
  await store(page);
  await expect(row(page, 'before the module')).toContainText(mask(secret));
  await revoke(page, 'before the module');
  expect((await callApi(server, secret)).status).toBe(401);
});

test('what was typed before the page was live still counts', async ({ page, server }) => {
  const { token } = await server.token({ label: 'typed early' });
  let arrive = () => {};
  const arrived = new Promise<void>((done) => (arrive = done));
  await page.route('**/*.wasm', async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(`${TOKENS}?revoke=${token.id}`, { waitUntil: 'domcontentloaded' });
  await confirmation(page, 'typed early').fill('typed early');
  arrive();
  await live(page);
  await expect(confirmation(page, 'typed early')).toHaveValue('typed early');
  await expect(revokeButton(page)).toBeEnabled();
});
