// What every test gets: a real server, a browser whose owner is signed in, and an eye on everything the pages complain about.

import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';
import type { Kind } from './database.ts';
import { Server, type Given } from './server.ts';

export interface Options {
  /** Which database the server under test uses. */
  database: Kind;
}

interface Worker extends Options {
  /** A server that is set up; tests of a worker share it, so each labels its tokens by a name of its own. */
  server: Server;
}

interface Test {
  /** Whether the browser begins with the owner's session. */
  signedIn: boolean;
  /** Whether pages may run scripts. */
  scripts: boolean;
  /** Starts another server for this test alone: fresh, or set up. */
  another: (how: 'fresh' | 'set up', settings?: readonly string[]) => Promise<Server>;
  /** What pages have complained about so far. A test ends well only when it is empty. */
  complaints: string[];
  /** Opens an address and waits until the page is live, where there are scripts. */
  visit: (address: string) => Promise<void>;
}

export const test = base.extend<Test, Worker>({
  database: ['sqlite', { option: true, scope: 'worker' }],
  signedIn: [true, { option: true }],

  server: [
    async ({ database }, use) => {
      const server = await Server.startSetUp(database);
      await use(server);
      await server.end();
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  another: async ({ database }, use) => {
    const servers: Server[] = [];
    await use(async (how, settings = []) => {
      const server = await (how === 'fresh' ? Server.start(database, settings) : Server.startSetUp(database, settings));
      servers.push(server);
      return server;
    });
    for (const server of servers) await server.end();
  },

  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  baseURL: async ({ server }, use) => use(server.origin),

  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints, 'what pages complained about').toEqual([]);
  },

  context: async ({ context, complaints, signedIn, server }, use) => {
    await observe(context, complaints);
    await server.refresh();
    if (signedIn) await signIn(context, server.owner, server.origin);
    await use(context);
  },

  visit: async ({ page, scripts }, use) => {
    await use(async (address) => {
      await page.goto(address);
      if (scripts) await live(page);
    });
  },
});

export { expect };

/** Gives a browser cookies that a server has given to somebody. */
export async function signIn(context: BrowserContext, given: readonly Given[], origin: string): Promise<void> {
  // Playwright wants https for Secure cookies; Chromium sends them to http on this machine as well.
  const url = origin.replace('http:', 'https:');
  await context.addCookies(given.map(({ name, value }) => ({ name, value, url, secure: true, httpOnly: true, sameSite: 'Lax' as const })));
}

/** Waits until the WebAssembly has taken the page over. */
export async function live(page: Page): Promise<void> {
  await expect(page.locator('html[data-test-live]')).toBeAttached({ timeout: 20_000 });
}

/** Notes everything that pages of a browser complain about, and marks them when they are live. */
export async function observe(context: BrowserContext, complaints: string[]): Promise<void> {
  await context.exposeBinding('__violated', ({ page }, what: string) => complaints.push(`${page.url()}: the policy was violated: ${what}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { effectiveDirective, blockedURI, sample } = event;
      void (window as unknown as { __violated: (what: string) => void }).__violated(`${effectiveDirective} ${blockedURI} ${sample}`);
    });
    // The console's script starts it in the same task in which the module arrives, so in the next one it runs.
    const instantiate = WebAssembly.instantiateStreaming.bind(WebAssembly);
    WebAssembly.instantiateStreaming = async (...given: Parameters<typeof instantiate>) => {
      const module = await instantiate(...given);
      setTimeout(() => requestAnimationFrame(() => setTimeout(() => document.documentElement.setAttribute('data-test-live', ''))));
      return module;
    };
  });
  context.on('page', (page) => {
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (!['error', 'warning'].includes(message.type()) || isRefusal(text) || isUnusedModule(text)) return;
      complaints.push(`${page.url()}: ${message.type()}: ${text}`);
    });
    page.on('crash', () => complaints.push(`${page.url()}: crashed`));
    page.on('request', (request) => {
      if (request.url().endsWith('/csp-report')) complaints.push(`${page.url()}: reported ${request.postData() ?? ''}`);
    });
  });
}

/** Chromium writes every refusal of the server to the console; tests look at those themselves. A 5xx stays a complaint. */
function isRefusal(text: string): boolean {
  return /^Failed to load resource: the server responded with a status of 4\d\d /.test(text);
}

/** Without scripts nothing uses what the page preloads for them. */
function isUnusedModule(text: string): boolean {
  return /\.(wasm|js) was preloaded using link preload but not used/.test(text);
}
