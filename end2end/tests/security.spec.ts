import { get as httpGet, type IncomingHttpHeaders } from 'node:http';
import { attacker, state } from './support/attacker.ts';
import { test, expect, live, signIn } from './support/fixtures.ts';
import { NEW_TOKEN, TOKENS, bin, callApi, confirmation, revoke, revokeDialog, row } from './support/journeys.ts';
import { OWNER, type Server } from './support/server.ts';
import type { Page } from '@playwright/test';

/** The tags of a page, without the text between them. */
function tags(html: string): string[] {
  return html.replaceAll(/<script[^>]*>[\s\S]*?<\/script>/g, (script) => `${script.slice(0, script.indexOf('>') + 1)}</script>`).match(/<[a-zA-Z][^>]*>/g) ?? [];
}

/** Every page as the server writes it. */
async function written(server: Server): Promise<{ name: string; html: string; nonce: string }[]> {
  const { token } = await server.token({ label: `written ${Math.random()}` });
  const cookie = { Cookie: server.ownerCookie };
  const answers: [string, Response][] = [];
  for (const path of [TOKENS, NEW_TOKEN, `${TOKENS}?revoke=${token.id}`, `${TOKENS}?revoked=${token.id}`, '/orgs/others/tokens', '/nowhere']) {
    answers.push([path, await server.get(path, { ...cookie, Accept: 'text/html' })]);
  }
  for (const path of ['/sign-in', '/sign-in?next=/orgs/acme/tokens', '/setup', '/setup?code=none', '/nowhere']) {
    answers.push([path, await server.get(path, { Accept: 'text/html' })]);
  }
  const label = `posted ${Math.random()}`;
  const wanted = { label, role: 'viewer', expiry: '90' };
  answers.push(['POST set up', await server.post('/setup', { code: 'none', organization: 'x' })]);
  answers.push(['POST sign in', await server.post('/sign-in', { email: 'no address', password: 'none' })]);
  answers.push(['POST token', await server.post(NEW_TOKEN, wanted, cookie)]);
  answers.push(['POST token, label in use', await server.post(NEW_TOKEN, wanted, cookie)]);
  answers.push(['POST token, refused', await server.post(NEW_TOKEN, { ...wanted, label: '' }, cookie)]);
  answers.push(['POST revoke, refused', await server.post(`${TOKENS}/${token.id}/revoke`, { label: 'another' }, cookie)]);
  return await Promise.all(
    answers.map(async ([name, answer]) => {
      expect(answer.headers.get('Content-Type'), name).toBe('text/html; charset=utf-8');
      const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('Content-Security-Policy') ?? '')?.[1] ?? '';
      const html = await answer.text();
      const secret = /jto_[0-9A-Za-z]{38}/.exec(html)?.[0];
      if (secret) server.secret(secret, `the secret of ${name}`);
      return { name, html, nonce };
    }),
  );
}

test('no page as the server writes it has a style attribute or an inline handler', async ({ server }) => {
  await server.token({ label: `<img src=x onerror="window.__pwn=1" style="color:red"> ${Math.random()}`.slice(0, 60) });
  for (const { name, html } of await written(server)) {
    const found = tags(html);
    expect(found.length, name).toBeGreaterThan(20);
    // Within quotes is what people typed: a label may well speak of onerror=, and is text.
    expect(found.filter((tag) => /\s(style|on\w+)\s*=/i.test(tag.replaceAll(/"[^"]*"/g, '""'))), name).toEqual([]);
    expect(found.filter((tag) => /="\s*javascript:/i.test(tag)), name).toEqual([]);
  }
});

test('a nonce is fresh for each answer and stands in nonce attributes only', async ({ server }) => {
  const pages = await written(server);
  expect(new Set(pages.map(({ nonce }) => nonce)).size).toBe(pages.length);
  for (const { name, html, nonce } of pages) {
    expect(nonce, name).toMatch(/^[\w-]{22}$/);
    expect(html.replaceAll(`nonce="${nonce}"`, '').includes(nonce), name).toBe(false);
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`)), name).toEqual([]);
  }
});

const EVERYWHERE = {
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
const PAGE = {
  ...EVERYWHERE,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'nonce-N' 'wasm-unsafe-eval'; style-src 'self' 'nonce-N'; img-src 'self'; font-src 'self'; " +
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; " +
    "require-trusted-types-for 'script'; trusted-types default; report-to csp; report-uri /csp-report",
  'reporting-endpoints': 'csp="/csp-report"',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'origin-agent-cluster': '?1',
  'permissions-policy':
    'accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), ' +
    'microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=(), clipboard-write=(self), ' +
    'publickey-credentials-get=(self), publickey-credentials-create=(self)',
  'cache-control': 'no-store',
  vary: 'Accept-Encoding, Sec-Fetch-Site, Origin, Cookie',
};
const PROGRAM = {
  ...EVERYWHERE,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cache-control': 'no-store',
};

/** The headers of an answer as they are on the wire, without those that every answer over HTTP has. */
async function headers(server: Server, path: string, sent: Record<string, string> = {}): Promise<IncomingHttpHeaders> {
  const { date, connection, 'content-length': length, 'transfer-encoding': encoding, 'x-request-id': id, ...rest } = await new Promise<IncomingHttpHeaders>(
    (done, failed) => {
      httpGet(new URL(path, server.origin), { headers: sent, agent: false }, (answer) => {
        answer.resume();
        done(answer.headers);
      }).once('error', failed);
    },
  );
  expect(date).toBeTruthy();
  expect(connection).toBe('close');
  expect(length ?? encoding).toBeTruthy();
  expect(id).toMatch(/^req_[0-9a-f]{32}$/);
  const policy = rest['content-security-policy'];
  return typeof policy === 'string' ? { ...rest, 'content-security-policy': policy.replaceAll(/'nonce-[^']+'/g, "'nonce-N'") } : rest;
}

test('pages, programs and files have exactly the headers of the table', async ({ server }) => {
  const { secret } = await server.token({ label: `headers ${Math.random()}` });
  const owner = { Cookie: server.ownerCookie };
  for (const [path, sent] of [['/sign-in', {}], [TOKENS, owner], [NEW_TOKEN, owner], ['/nowhere', { Accept: 'text/html' }]] as const) {
    expect(await headers(server, path, sent), path).toEqual(PAGE);
  }
  expect(await headers(server, '/organization', { Authorization: `Bearer ${secret}` })).toEqual({ ...PROGRAM, 'content-type': 'application/json' });
  expect(await headers(server, '/organization')).toEqual({
    ...PROGRAM,
    'content-type': 'application/problem+json',
    'www-authenticate': 'Bearer realm="jeton"',
  });
  expect(await headers(server, '/nowhere')).toEqual({ ...PROGRAM, 'content-type': 'application/problem+json' });
  expect(await headers(server, TOKENS)).toEqual({ ...PROGRAM, location: '/sign-in?next=%2Forgs%2Facme%2Ftokens' });
  expect(await headers(server, '/healthz')).toEqual({ ...PROGRAM, 'content-type': 'text/plain; charset=utf-8' });

  const page = await (await server.get('/sign-in')).text();
  const files = [...new Set(page.match(/\/assets\/[\w.-]+/g))];
  expect(files.map((file) => file.split('.').at(-1)).sort()).toEqual(['css', 'js', 'wasm']);
  const kinds: Record<string, string> = { css: 'text/css', js: 'text/javascript', wasm: 'application/wasm' };
  for (const file of files) {
    expect(await headers(server, file), file).toEqual({
      ...PROGRAM,
      'content-type': kinds[file.split('.').at(-1)!],
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    });
  }
});

test('cookies are given with exactly these attributes, and taken back with the same', async ({ another }) => {
  const server = await another('set up');
  const answer = await server.post('/sign-in', { email: OWNER.email, password: OWNER.password });
  expect(answer.status).toBe(303);
  const [session, device, ...more] = server.given(answer);
  expect(session?.line).toMatch(/^__Host-sid=[\w-]{43}; HttpOnly; SameSite=Lax; Secure; Path=\/$/);
  expect(device?.line).toMatch(/^__Host-device=[0-9a-f]{32}\.[0-9a-f]{64}; HttpOnly; SameSite=Lax; Secure; Path=\/; Max-Age=31536000$/);
  expect(more).toEqual([]);

  const out = await server.post('/sign-out', {}, { Cookie: `__Host-sid=${session?.value}` });
  expect(out.headers.getSetCookie()).toEqual(['__Host-sid=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0']);
  expect(out.headers.get('Clear-Site-Data')).toBe('"cache", "storage"');
  for (const path of ['/', '/sign-in', '/setup', TOKENS, '/healthz', '/organization', '/nowhere']) {
    const given = await server.get(path, { Cookie: server.ownerCookie, Accept: 'text/html' });
    expect(given.headers.getSetCookie(), path).toEqual([]);
  }
});

test.describe('a page of somebody else', () => {
  /** What it may try with forms, whose buttons people press. */
  function attempts(to: string, token: string, label: string): Record<string, { html: string; status: number }> {
    const form = (action: string, fields: Record<string, string>, more = 'method="post"') =>
      `<form action="${to}${action}" ${more}>${Object.entries(fields)
        .map(([name, value]) => `<input type="hidden" name='${name}' value='${value}'>`)
        .join('')}`;
    const wanted = { organization: 'acme', label: 'planted', role: 'admin', expiry: 'never', description: '' };
    const json = JSON.stringify({ label });
    return {
      generate: { html: form(NEW_TOKEN, wanted), status: 403 },
      revoke: { html: form(`${TOKENS}/${token}/revoke`, { label }), status: 403 },
      'sign out': { html: form('/sign-out', {}), status: 403 },
      'sign in as another': { html: form('/sign-in', { email: 'evil@acme.test', password: 'a password of somebody else' }), status: 403 },
      'revoke several': { html: form(`${TOKENS}/revoke`, { token, typed: label }), status: 403 },
      'text that is JSON': { html: form(`${TOKENS}/${token}/revoke`, { [`${json.slice(0, -1)},"x":"`]: '"}' }, 'method="post" enctype="text/plain"'), status: 403 },
      'an upload': { html: form(`${TOKENS}/${token}/revoke`, { label }, 'method="post" enctype="multipart/form-data"'), status: 403 },
      'disable by address': { html: form(`${TOKENS}/${token}/disable`, {}, 'method="get"'), status: 303 },
      // A parameter called token is refused in any address.
      'revoke by address': { html: form(`${TOKENS}/revoke`, { token, typed: label }, 'method="get"'), status: 400 },
    };
  }

  // On 127.0.0.1 with another port a page is of the same site, so that cookies come along: there the guard stands alone.
  for (const [host, some] of [['127.0.0.1', ''], ['localhost', 'generate revoke sign out']] as const) {
    test(`on ${host} changes nothing with forms`, async ({ page, server, scripts }) => {
      const label = `coveted by ${host}`;
      const { token } = await server.token({ label });
      const before = await state(server);
      const tried = Object.entries(attempts(server.origin, token.id, label)).filter(([name]) => some === '' || some.includes(name));
      expect(tried.length).toBeGreaterThanOrEqual(3);
      const html = tried.map(([name, { html: form }]) => `${form}<button>${name}</button></form>`).join('');
      await attacker(host, html, async (evil) => {
        for (const [name, { status }] of tried) {
          await page.goto(evil);
          const answered = page.waitForResponse((answer) => answer.url().startsWith(server.origin) && answer.request().isNavigationRequest());
          await page.getByRole('button', { name, exact: true }).click();
          expect((await answered).status(), name).toBe(status);
          expect(await state(server), name).toBe(before);
        }
      });
      // Still signed in, and still able to do it from a page of the console.
      await page.goto(TOKENS);
      if (scripts) await live(page);
      await expect(row(page, label)).toContainText('Active');
      await revoke(page, label);
      expect(await state(server)).not.toBe(before);
    });
  }

  test('cannot show a page of the console in a frame', async ({ page, server, complaints }) => {
    await attacker('127.0.0.1', `<iframe src="${server.origin}${TOKENS}"></iframe>`, async (evil) => {
      await page.goto(evil);
      await expect.poll(() => page.frames().length).toBe(2);
      const framed = page.frames().find((frame) => frame !== page.mainFrame())!;
      await expect(framed.getByRole('heading', { name: 'API tokens' })).toHaveCount(0);
      await expect.poll(() => complaints.splice(0).join()).toMatch(/frame-ancestors|X-Frame-Options/);
    });
  });
});

test('a token in an address is refused', async ({ server }) => {
  const { secret } = await server.token({ label: `in an address ${Math.random()}` });
  for (const query of [`access_token=${secret}`, `token=${secret}`, `anything=${secret}`]) {
    const answer = await server.get(`/organization?${query}`, { Authorization: `Bearer ${secret}` });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'token_in_url']);
  }
  expect((await callApi(server, secret)).status).toBe(200);
});

test.describe('what people type is shown as they typed it', () => {
  const PAYLOADS = [
    '<script>window.__pwn=1</script>',
    '</script><script>window.__pwn=2</script>',
    '</title><script>window.__pwn=3</script>',
    '"><img src=x onerror=window.__pwn=4>',
    "'><svg onload=window.__pwn=5>",
    '<!--<script>window.__pwn=6//-->',
    '--><script>window.__pwn=7</script>',
    '</textarea><script>window.__pwn=8</script>',
    '<iframe srcdoc="<script>parent.__pwn=9</script>">',
    '&lt;script&gt;&amp;&quot;&#39;&#x3c;',
    '{{constructor.constructor("window.__pwn=10")()}}',
    '${window.__pwn=11}`"\'\\',
    'javascript:window.__pwn=12',
    '<a href="javascript:window.__pwn=13">x</a>',
    '=cmd|\' /C calc\'!A0',
    '%3Cscript%3Ewindow.__pwn=14%3C/script%3E',
    '<base href="//localhost:9/">',
    '<meta http-equiv=refresh content="0;url=//localhost:9/">',
    '<style>*{display:none}</style>',
    '<template><script>window.__pwn=15</script></template>',
    '𝕳𝖊𝖑𝖑𝖔 é 日本 👩🏽‍🚀',
    '</script\t><script\u000c>window.__pwn=16</script>'.replace('\t', ' ').replace('\u000c', ' '),
    '<math><mtext></table><img src onerror=window.__pwn=17>',
    'a'.repeat(64),
  ];

  const pwned = async (page: Page) => expect(await page.evaluate(() => (window as { __pwn?: number }).__pwn)).toBeUndefined();

  test('in labels and descriptions, in the list, its dialogs and the form', async ({ another, page, context, scripts }) => {
    const server = await another('set up');
    await context.clearCookies();
    await signIn(context, server.owner, server.origin);
    const made = [];
    for (const payload of PAYLOADS) made.push(await server.token({ label: payload, description: `${payload}\n${payload}` }));
    const open = async (path: string) => {
      await page.goto(server.origin + path);
      if (scripts) await live(page);
    };
    const shown = async () => {
      const expected = PAYLOADS.toReversed();
      expect(await page.locator('.row-label').evaluateAll((all) => all.map((each) => each.textContent))).toEqual(expected);
      expect(await page.locator('.row-description').evaluateAll((all) => all.map((each) => each.textContent))).toEqual(
        expected.map((payload) => `${payload}\n${payload}`),
      );
      await pwned(page);
    };
    await open(TOKENS);
    await shown();
    await page.getByRole('link', { name: 'Generate token' }).first().click();
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'API tokens' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'API tokens' })).toBeVisible();
    await expect(page.locator('.row-label')).toHaveCount(PAYLOADS.length);
    await shown();

    // The dialog names the token twice; some are opened by its link, as people do.
    for (const [index, payload] of PAYLOADS.entries()) {
      if (index % 8 !== 0) continue;
      await bin(page, payload.trim()).click();
      await expect(revokeDialog(page, payload)).toBeVisible();
      await expect(confirmation(page, payload)).toBeVisible();
      await pwned(page);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect(revokeDialog(page, payload)).toBeHidden();
    }
    for (const [index, payload] of PAYLOADS.entries()) {
      if (index % 8 !== 4) continue;
      const id = made[index]!.token.id;
      const answer = await server.post(`${TOKENS}/${id}/revoke`, { label: payload }, { Cookie: server.ownerCookie });
      expect(answer.status).toBe(303);
      await open(`${TOKENS}?revoked=${id}`);
      await expect(page.getByRole('status').filter({ hasText: 'is revoked.' })).toContainText(`Token “${payload}” is revoked.`);
      await pwned(page);
    }
  });

  test('in the form that is shown again', async ({ page, server, visit }) => {
    const evil = '</textarea>"\'><img src=x onerror=window.__pwn=20><script>window.__pwn=21</script>';
    await visit(NEW_TOKEN);
    await page.getByRole('textbox', { name: 'Label' }).fill(evil);
    await page.getByRole('textbox', { name: 'Description' }).fill(`\n${evil}`);
    await page.getByRole('button', { name: 'Generate token' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'The token was not generated' })).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue(evil);
    const description = await page.getByRole('textbox', { name: 'Description' }).inputValue();
    expect(description.trim()).toBe(evil);
    await pwned(page);
    expect(server.origin).toBe(new URL(page.url()).origin);
  });

  test('in the names of an organization and its owner', async ({ another, page, context, scripts }) => {
    const server = await another('fresh');
    const organization = '</title><script>window.__pwn=30</script>';
    const name = '"><img src=x onerror=window.__pwn=31>';
    await server.setUp({ ...OWNER, organization, name });
    await context.clearCookies();
    await signIn(context, server.owner, server.origin);
    await page.goto(server.origin);
    if (scripts) await live(page);
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
    await expect(page).toHaveTitle(`Overview · ${organization} · Jeton`);
    await expect(page.getByRole('banner')).toContainText(organization);
    await page.getByRole('button', { name: `Account: ${name}` }).click();
    await pwned(page);
    await page.getByRole('link', { name: 'Generate token' }).first().click();
    await expect(page).toHaveTitle(`Generate token · ${organization} · Jeton`);
    await pwned(page);
  });

  test('in addresses', async ({ page, context, visit }) => {
    await context.clearCookies();
    const evil = '"><script>window.__pwn=40</script>';
    for (const path of [`/sign-in?next=${encodeURIComponent(evil)}`, `/setup?code=${encodeURIComponent(evil)}`, `/${encodeURIComponent(evil)}`]) {
      await visit(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await pwned(page);
    }
    await visit(`/setup?code=${encodeURIComponent(evil)}`);
    expect(await page.locator('input[name=code]').inputValue()).toBe(evil);
  });
});
