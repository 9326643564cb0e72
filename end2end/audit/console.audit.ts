import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { test, expect, signIn } from '../tests/support/fixtures.ts';
import { AUDIT, NEW_TOKEN, OVERVIEW, TOKENS } from '../tests/support/journeys.ts';
import { INVITE, MEMBERS, POLICIES } from '../tests/support/people.ts';
import { ROLES } from '../tests/support/roles.ts';
import { TEAMS } from '../tests/support/teams.ts';
import { CATEGORIES, open, type Device, type Report } from './lighthouse.ts';
import { answered, median, soon, weigh, type Soon, type Weight } from './measure.ts';

const KIB = 1024;
/** What pages may weigh and how long they may take. Times depend on the machine, so they are marked and fail nothing. */
const GOALS = { total: 250 * KIB, css: 15 * KIB, wasm: 200 * KIB, lcp: 1_200, tbt: 50, cls: 0, server: 2, performance: 98 };
const OPEN = ['/sign-in', '/forgot-password', '/setup', '/docs/api'];
const ROUTES = [OVERVIEW, TOKENS, NEW_TOKEN, AUDIT, MEMBERS, INVITE, TEAMS, `${TEAMS}/new`, ROLES, `${ROLES}/new`, POLICIES, '/orgs/acme/mail', '/account', '/account/tokens', '/account/sessions'];
const JUDGED: readonly [string, string][] = [
  ['sign-in', '/sign-in'],
  ['token list', TOKENS],
  ['generate token', NEW_TOKEN],
  ['audit log', AUDIT],
];
const ROWS = 60;
const ROUNDS = 3;

const found = {
  weights: {} as Record<string, Weight>,
  times: {} as Record<string, Soon>,
  server: {} as Record<string, number>,
  /** What an answer of three bytes takes: as much of each of those is the way and the client's own. */
  leastAnswer: 0,
  lighthouse: {} as Record<string, Record<Device, Report>>,
};

test.describe.configure({ mode: 'serial' });
test.use({ signedIn: false });

/** The address of one token, once there are as many as a list has in an organization of some size. */
let token = '';

test.beforeAll(async ({ server }) => {
  for (let row = 1; row <= ROWS; row += 1) {
    const issued = await server.token({ label: `service ${row}`, description: row % 3 ? '' : 'Deploys on every merge.', role: row % 2 ? 'viewer' : 'developer', expiry: row % 5 ? '90' : '7' });
    token = `${TOKENS}/${issued.token.id}`;
  }
});

test('what pages weigh', async ({ browser, server }) => {
  for (const address of [...OPEN, ...ROUTES, token, `${token}/edit`, `${token}/rotate`, `${TOKENS}?revoke=${token.split('/').at(-1)}`]) {
    const context = await browser.newContext();
    if (!OPEN.includes(address)) await signIn(context, server.owner, server.origin);
    found.weights[address.replace(/tok_\w+/, 'TOKEN')] = await weigh(await context.newPage(), server.origin + address);
    await context.close();
  }
});

test('how soon pages are there', async ({ browser, server }) => {
  for (const [name, address] of JUDGED) {
    const seen: Soon[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const context = await browser.newContext();
      if (name !== 'sign-in') await signIn(context, server.owner, server.origin);
      seen.push(await soon(await context.newPage(), server.origin + address));
      await context.close();
    }
    const middle = (which: keyof Soon) => median(seen.map((each) => each[which]));
    found.times[name] = { lcp: middle('lcp'), tbt: middle('tbt'), cls: middle('cls') };
  }
});

test('how long the server takes', async ({ server }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const time = async (address: string, cookie: string): Promise<number> => {
    const took: number[] = [];
    for (let round = 0; round < 110; round += 1) took.push(await answered(agent, server.origin + address, cookie));
    // The first ones are slower: connections are made, statements are prepared.
    return median(took.slice(10));
  };
  // Who is signed in is led away from where one signs in.
  for (const [name, address] of JUDGED) found.server[name] = await time(address, name === 'sign-in' ? '' : server.ownerCookie);
  found.leastAnswer = await time('/healthz', '');
});

test('what Lighthouse thinks of them', async ({ server }) => {
  const { context, audit, close } = await open();
  const lacking: string[] = [];
  for (const [name, address] of JUDGED) {
    await context.clearCookies();
    if (name !== 'sign-in') await signIn(context, server.owner, server.origin);
    const [mobile, desktop] = [await audit(server.origin + address, 'mobile'), await audit(server.origin + address, 'desktop')];
    found.lighthouse[name] = { mobile, desktop };
    for (const [device, report] of Object.entries({ mobile, desktop })) {
      for (const category of CATEGORIES.filter((each) => each !== 'performance')) {
        if (report[category].score !== 100) lacking.push(`${name}, ${device}: ${category} ${report[category].score}: ${report[category].lacking.join(', ')}`);
      }
    }
  }
  await close();
  expect(lacking).toEqual([]);
});

test.afterAll(async () => {
  const out = process.env['AUDIT_OUT'];
  if (out) await writeFile(out, `${JSON.stringify(found, null, 2)}\n`);
  const mark = (value: number, goal: number, written: string) => (value > goal ? `${written} !` : written);
  const kib = (bytes: number, goal = Infinity) => mark(bytes, goal, (bytes / KIB).toFixed(1));
  const lines = [row('KiB over the wire', 'HTML', 'CSS', 'script', 'WASM', 'other', 'all')];
  for (const [address, { html, css, script, wasm, other, total }] of Object.entries(found.weights)) {
    lines.push(row(address, kib(html), kib(css, GOALS.css), kib(script), kib(wasm, GOALS.wasm), kib(other), kib(total, GOALS.total)));
  }
  lines.push('', row('4 × slower, slow 4G', 'LCP ms', 'TBT ms', 'CLS', 'server ms'));
  for (const [name, { lcp, tbt, cls }] of Object.entries(found.times)) {
    const took = found.server[name] ?? NaN;
    const [soonest, blocked, shifted] = [mark(lcp, GOALS.lcp, lcp.toFixed(0)), mark(tbt, GOALS.tbt, tbt.toFixed(0)), mark(Number(cls.toFixed(3)), GOALS.cls, cls.toFixed(3))];
    lines.push(row(name, soonest, blocked, shifted, mark(took, GOALS.server, took.toFixed(2))));
  }
  lines.push(row('an answer of three bytes', '', '', '', found.leastAnswer.toFixed(2)));
  lines.push('', row('Lighthouse', ...CATEGORIES.map((each) => each.slice(0, 14))));
  for (const [name, devices] of Object.entries(found.lighthouse)) {
    for (const [device, report] of Object.entries(devices)) lines.push(row(`${name}, ${device}`, ...CATEGORIES.map((each) => `${report[each].score}`)));
  }
  lines.push('', '! is beyond the goal.');
  console.log(`\n${lines.join('\n')}`);
});

function row(first: string, ...rest: string[]): string {
  return [first.padEnd(36), ...rest.map((each) => each.padStart(14))].join('');
}
