// Lighthouse in the browser of the machine, with the session that is asked for.

import { chromium, type BrowserContext } from '@playwright/test';
import lighthouse, { desktopConfig, type Flags } from 'lighthouse';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browser } from '../browser.ts';

export type Device = 'mobile' | 'desktop';

/** A category's score of a hundred, and what was not perfect in it. */
export interface Judged {
  score: number | null;
  lacking: string[];
}

export const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
export type Report = Record<(typeof CATEGORIES)[number], Judged>;

/** A browser that Lighthouse can reach, and how to ask it there. */
export async function open(): Promise<{ context: BrowserContext; audit: (address: string, device: Device) => Promise<Report>; close: () => Promise<void> }> {
  const port = await freePort();
  const profile = await mkdtemp(join(tmpdir(), 'jeton-lighthouse-'));
  const { executablePath, args } = browser.launchOptions!;
  const context = await chromium.launchPersistentContext(profile, { executablePath: executablePath!, args: [...args!, `--remote-debugging-port=${port}`] });
  return {
    context,
    audit: async (address, device) => {
      // The cookies are what the pages are opened with.
      const flags: Flags = { port, output: 'json', logLevel: 'error', disableStorageReset: true, onlyCategories: [...CATEGORIES] };
      const result = await lighthouse(address, flags, device === 'desktop' ? desktopConfig : undefined);
      if (!result || result.lhr.runtimeError) throw new Error(`Lighthouse did not judge ${address}: ${result?.lhr.runtimeError?.message}`);
      const { categories, audits } = result.lhr;
      const judged = (name: string): Judged => {
        const { score, auditRefs } = categories[name]!;
        const lacking = auditRefs.filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1).map(({ id }) => id);
        return { score: score === null ? null : Math.round(score * 100), lacking };
      };
      return Object.fromEntries(CATEGORIES.map((name) => [name, judged(name)])) as Report;
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  return await new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
