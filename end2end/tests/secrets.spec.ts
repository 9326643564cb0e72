import { test, expect, live, signIn } from './support/fixtures.ts';
import { forms, hits, type Place } from './support/canaries.ts';
import { NEW_TOKEN, OVERVIEW, TOKENS, callApi, fill, revoke, row, secretDialog, secretField, store, submitAndRead } from './support/journeys.ts';
import { OWNER } from './support/server.ts';
import { randomBytes } from 'node:crypto';
import type { Page, Response } from '@playwright/test';

test.use({ signedIn: false });

/** What a browser has been given and keeps: addresses, bodies, storage. */
class Seen {
  readonly places: Place[] = [];
  readonly #answers: Promise<void>[] = [];
  #bodies = false;

  constructor(page: Page, setupLink: string) {
    page.on('request', (request) => {
      // The setup link is printed for a person to open; nothing else that is secret may be in an address.
      if (request.url() !== setupLink) this.add(`the address ${new URL(request.url()).pathname}`, request.url());
      const referrer = request.headers()['referer'] ?? '';
      if (referrer !== setupLink) this.add(`a referrer`, referrer);
    });
    page.on('response', (response) => {
      if (this.#bodies && response.request().resourceType() !== 'image') this.#answers.push(this.#keep(response));
    });
  }

  /** From here on every answer counts: what was to be shown has been shown. */
  watchBodies(): void {
    this.#bodies = true;
  }

  add(name: string, text: string): void {
    this.places.push({ name, bytes: Buffer.from(text) });
  }

  async everything(): Promise<Place[]> {
    await Promise.all(this.#answers);
    return this.places;
  }

  async #keep(response: Response): Promise<void> {
    const name = `the answer to ${response.request().method()} ${new URL(response.url()).pathname}`;
    // A redirect has no body.
    const body = response.status() < 300 || response.status() >= 400 ? await response.body().catch(() => Buffer.alloc(0)) : Buffer.alloc(0);
    this.places.push({ name, bytes: Buffer.concat([body, Buffer.from(`\n${response.headers()['location'] ?? ''}`)]) });
  }
}

test('no secret is anywhere but where it was shown', async ({ another, page, context, scripts }) => {
  const server = await another('fresh');
  const canary = (what: string) => server.secret(`${what} ${randomBytes(12).toString('hex')} & "birch"`, what);
  const password = canary('the password');
  const wrong = canary('a wrong password');
  const link = server.setupLink!;
  server.secret(new URL(link).searchParams.get('code')!, 'the setup code');
  const seen = new Seen(page, link);
  const open = async (address: string) => {
    await page.goto(new URL(address, server.origin).href);
    if (scripts) await live(page);
  };
  const keepCookies = async () => {
    for (const { name, value } of await context.cookies()) server.secret(value, `the cookie ${name}`);
  };

  // Set up, sign out, mistype, sign in.
  await open(link);
  await page.getByRole('textbox', { name: 'Organization' }).fill(OWNER.organization);
  await page.getByRole('textbox', { name: 'Your name' }).fill(OWNER.name);
  await page.getByRole('textbox', { name: 'Your e-mail address' }).fill(OWNER.email);
  await page.getByLabel('Password').fill(wrong.slice(0, 12));
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Jeton is not set up yet' })).toBeVisible();
  seen.add('the refused form', (await page.content()).replace(/<input type="hidden" name="code"[^>]*>/, ''));
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
  await expect(page).toHaveURL(server.origin + OVERVIEW);
  await keepCookies();
  await page.getByRole('button', { name: `Account: ${OWNER.name}` }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  for (const typed of [wrong, password]) {
    await page.getByRole('textbox', { name: 'E-mail address' }).fill(OWNER.email);
    await page.getByLabel('Password').fill(typed);
    await page.getByRole('button', { name: 'Sign in' }).click();
    if (typed === wrong) await expect(page.getByRole('alert')).toBeVisible();
  }
  await expect(page).toHaveURL(server.origin + OVERVIEW);
  await keepCookies();

  // Generate two tokens with the form, one from the command line.
  for (const label of ['first canary', 'second canary']) {
    await open(NEW_TOKEN);
    await fill(page, { label, description: 'sings' });
    const answered = page.waitForResponse((answer) => answer.request().method() === 'POST' && /\/(new|create)$/.test(answer.url()));
    const secret = await submitAndRead(page, server, label);
    const answer = await answered;
    expect(answer.headers()['cache-control']).toBe('no-store');
    expect((await answer.text()).split(secret).length).toBeGreaterThan(1);
    await expect(secretField(page)).toHaveValue(secret);
    await store(page);
    await expect(secretDialog(page, label)).toHaveCount(0);
  }
  const made = await server.command(['token', 'create', '--organization', 'acme', '--label', 'third canary', '--permission', 'token:verify']);
  expect(made.code, made.stderr).toBe(0);
  server.secret((JSON.parse(made.stdout) as { secret: string }).secret, 'the secret of third canary');
  // The throwaway PostgreSQL runs without fsync, and a command warns of that; it says nothing else.
  expect(made.stderr.split('\n').filter((line) => line !== '' && !line.includes('"setting":"fsync"'))).toEqual([]);
  const secrets = [...server.secrets].filter(([, what]) => what.startsWith('the secret of')).map(([secret]) => secret);
  expect(secrets).toHaveLength(3);
  seen.watchBodies();

  // Use them well and badly.
  for (const secret of secrets) {
    expect((await callApi(server, secret)).status).toBe(200);
    for (const path of [`/organization?token=${secret}`, `/nowhere/${secret}`, `/orgs/${secret}/tokens`, `/assets/${secret}`, `/sign-in?next=/${secret}`]) {
      const answer = await server.get(path, { Cookie: `sid=${secret}`, Authorization: `Basic ${Buffer.from(`x:${secret}`).toString('base64')}` });
      expect(answer.status, path.replace(secret, '…')).toBeGreaterThanOrEqual(200);
      seen.add('a refusal', await answer.text().then((text) => (path.startsWith('/sign-in') ? '' : text)));
    }
    for (const presented of [`Bearer ${secret.slice(0, -1)}`, `Bearer  ${secret}`, `Bearer ${secret},${secret}`, secret]) {
      const answer = await server.get('/organization', { Authorization: presented });
      expect(answer.status).toBe(401);
      seen.add('a refusal', await answer.text());
    }
    const verified = await fetch(`${server.origin}/api/v1/verify`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secrets[2]}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: secret }),
    });
    expect(verified.status).toBe(200);
    seen.add('a verdict', await verified.text());
    const malformed = await fetch(`${server.origin}/api/v1/verify`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secrets[2]}`, 'Content-Type': 'application/json' },
      body: `{"token":"${secret}","surprise":"${secret}"}`,
    });
    expect(malformed.status).toBe(422);
    seen.add('a refusal', await malformed.text());
  }

  // Look at every page there is, revoke, sign out.
  const shown = async () => {
    const values = await page.locator('input, textarea').evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value).join('\n'));
    seen.add(`the page ${new URL(page.url()).pathname}`, `${await page.content()}\n${values}`);
    const storage = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, window.name, history.state]));
    seen.add('the storage of the page', storage);
  };
  for (const address of [TOKENS, NEW_TOKEN, '/orgs/others/tokens', '/nowhere']) {
    await open(address);
    await shown();
  }
  await open(TOKENS);
  await revoke(page, 'first canary');
  await shown();
  await page.reload();
  await shown();
  if (scripts) {
    await live(page);
    seen.add('the names of databases and caches', await page.evaluate(async () => JSON.stringify([await indexedDB.databases(), await caches.keys()])));
  }
  seen.add('the storage of the browser', JSON.stringify((await context.storageState({ indexedDB: true })).origins));
  await page.getByRole('button', { name: `Account: ${OWNER.name}` }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(`${server.origin}/sign-in`);
  await shown();

  // Nothing in the browser, in the process, in what it wrote while it runs, in what it left behind.
  const cookies = [...server.secrets.values()].filter((what) => what.startsWith('the cookie'));
  expect(cookies.length, 'two sessions and their devices').toBeGreaterThanOrEqual(3);
  expect(hits(server.secrets, await seen.everything())).toEqual([]);
  expect(hits(server.secrets, await server.visible())).toEqual([]);
  expect(hits(server.secrets, await server.written())).toEqual([]);
  expect(await server.stop()).toBe(0);
  const left = await server.written();
  expect(hits(server.secrets, left)).toEqual([]);

  // The sweep looks where things are: what may be there is found.
  const known = new Map([['second canary', 'a label'], [OWNER.email, 'an address']]);
  expect(hits(known, left).length).toBeGreaterThanOrEqual(2);
  expect(hits(new Map([['req_', 'a request id']]), left.filter(({ name }) => name === 'stderr'))).toContain('a request id (raw) in stderr');
  expect(hits(known, await seen.everything()).length).toBeGreaterThanOrEqual(2);
});

test('the sweep finds a secret in each form it can take', () => {
  const secret = 'a "birch" & 7 lakes + jto_Ab1c';
  const secrets = new Map([[secret, 'it']]);
  const written = {
    raw: Buffer.from(`x${secret}y`),
    hex: Buffer.from(Buffer.from(secret).toString('hex')),
    HEX: Buffer.from(Buffer.from(secret).toString('hex').toUpperCase()),
    'URL-encoded': Buffer.from(`/?q=${encodeURIComponent(secret)}`),
    'form-encoded': Buffer.from(new URLSearchParams({ password: secret }).toString()),
    JSON: Buffer.from(JSON.stringify({ secret })),
    HTML: Buffer.from('<p title="a &quot;birch&quot; &amp; 7 lakes + jto_Ab1c">'),
    'UTF-16': Buffer.from(secret, 'utf16le'),
  };
  for (const [form, bytes] of Object.entries(written)) {
    expect(hits(secrets, [{ name: 'a file', bytes }]), form).toContain(`it (${form}) in a file`);
  }
  for (const before of ['', '1', '22', '333']) {
    for (const after of ['', '1', '22', '333']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const bytes = Buffer.from(Buffer.from(before + secret + after).toString(encoding));
        expect(hits(secrets, [{ name: 'a file', bytes }]).join(), `${before}…${after}`).toContain(`${encoding}+${before.length % 3}`);
      }
    }
  }
  expect(hits(secrets, [{ name: 'a file', bytes: Buffer.from(`${secret.slice(0, -1)}-`) }])).toEqual([]);
  expect(new Set([...forms('jto_Ab1c').values()].map(String)).size).toBeGreaterThan(5);
});

test('a page with a secret is not brought back from the memory of the browser', async ({ another, playwright, launchOptions, scripts }) => {
  const server = await another('set up');
  // Playwright switches this memory (bfcache) off unless it is told not to.
  const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  try {
    const context = await browser.newContext({ javaScriptEnabled: scripts, baseURL: server.origin });
    await signIn(context, server.owner, server.origin);
    const page = await context.newPage();
    // Playwright waits for a load that never comes when a page is brought back as it was.
    const back = async () =>
      await page.evaluate(() => history.back()).catch((error: Error) => expect(error.message).toContain('because of a navigation'));
    // What may be kept is kept, so the memory is on.
    await page.goto('/favicon.svg');
    await page.evaluate(() => void Object.assign(window, { marked: true }));
    await page.goto('/sign-in');
    await back();
    await expect.poll(async () => await page.evaluate(() => 'marked' in window).catch(() => false)).toBe(true);

    await page.goto(NEW_TOKEN);
    await fill(page, { label: 'not kept' });
    const secret = await submitAndRead(page, server, 'not kept');
    await store(page);
    await expect(row(page, 'not kept')).toBeVisible();
    await page.goto('/sign-in');
    // To the list, and to where the secret was: the answer to a form is kept nowhere, and the browser says so in its place.
    for (const arrived of [/\/tokens\?generated=tok_\w+$/, /^chrome-error:|\/tokens\/new$/]) {
      await back();
      await expect.poll(() => page.url()).toMatch(arrived);
      await expect.poll(async () => await page.content().then((html) => html.includes(secret), () => true)).toBe(false);
      await expect(secretDialog(page, 'not kept')).toHaveCount(0);
    }
  } finally {
    await browser.close();
  }
});
