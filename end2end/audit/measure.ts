// What a browser with an empty cache loads of a page, and how soon the page is there on a slow machine behind a slow network.

import { get, type Agent } from 'node:http';
import type { Page } from '@playwright/test';

/** Bytes over the wire, by what they are. */
export interface Weight {
  html: number;
  css: number;
  script: number;
  wasm: number;
  other: number;
  total: number;
}

/** Milliseconds; the shift is a number of its own kind. */
export interface Soon {
  lcp: number;
  tbt: number;
  cls: number;
}

/** Chromium's own presets of these names: a fourth of the speed of this machine, and "Slow 4G". */
const CPU = { rate: 4 };
const SLOW_4G = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

/** Loads a page in a tab whose cache is empty, and weighs all that came. */
export async function weigh(page: Page, address: string): Promise<Weight> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  const kinds = new Map<string, keyof Weight>();
  const weight: Weight = { html: 0, css: 0, script: 0, wasm: 0, other: 0, total: 0 };
  cdp.on('Network.responseReceived', ({ requestId, response }) => kinds.set(requestId, kindOf(response.mimeType)));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    weight[kinds.get(requestId) ?? 'other'] += encodedDataLength;
    weight.total += encodedDataLength;
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  await cdp.detach();
  return weight;
}

function kindOf(mime: string): keyof Weight {
  if (mime === 'text/html') return 'html';
  if (mime === 'text/css') return 'css';
  if (mime === 'application/wasm') return 'wasm';
  return mime.includes('javascript') ? 'script' : 'other';
}

/** Opens a page in a tab that is slowed down and remembers nothing, and says how soon it is there. */
export async function soon(page: Page, address: string): Promise<Soon> {
  await page.addInitScript(() => {
    const seen = { lcp: 0, fcp: 0, cls: 0, long: [] as { from: number; to: number }[] };
    Object.assign(window, { __seen: seen });
    const observe = (type: string, note: (entry: PerformanceEntry) => void): void => {
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    };
    observe('largest-contentful-paint', ({ startTime }) => (seen.lcp = startTime));
    observe('paint', ({ name, startTime }) => name === 'first-contentful-paint' && (seen.fcp = startTime));
    observe('longtask', ({ startTime, duration }) => seen.long.push({ from: startTime, to: startTime + duration }));
    observe('layout-shift', (entry) => {
      const { hadRecentInput, value } = entry as PerformanceEntry & { hadRecentInput: boolean; value: number };
      if (!hadRecentInput) seen.cls += value;
    });
  });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  await cdp.send('Network.emulateNetworkConditions', SLOW_4G);
  await cdp.send('Emulation.setCPUThrottlingRate', CPU);
  await page.goto(address, { waitUntil: 'networkidle' });
  return await page.evaluate(() => {
    const { lcp, fcp, cls, long } = (window as unknown as { __seen: { lcp: number; fcp: number; cls: number; long: { from: number; to: number }[] } }).__seen;
    // Until something is shown, nobody is blocked.
    const tbt = long.reduce((all, { from, to }) => all + Math.max(0, to - Math.max(from, fcp) - 50), 0);
    return { lcp, tbt, cls };
  });
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** How many milliseconds an answer takes from its request to its last byte, by a client that does as little as it can: `fetch` takes as long itself as some pages do. */
export async function answered(agent: Agent, address: string, cookie: string): Promise<number> {
  const begun = performance.now();
  return await new Promise((resolve, reject) => {
    const asked = get(address, { agent, headers: { Cookie: cookie } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${address} was answered with ${answer.statusCode}`));
      answer.on('end', () => resolve(performance.now() - begun)).on('error', reject).resume();
    });
    asked.on('error', reject);
  });
}
