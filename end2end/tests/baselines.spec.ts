import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { browser } from '../browser.ts';
import { test, expect, signIn } from './support/fixtures.ts';
import { GALLERY, countAnew } from './support/gallery.ts';
import { steady, whole } from './support/steady.ts';

// The browser itself draws as it does everywhere: its own fonts, and fields for dates in English.
const env = { ...process.env, FONTCONFIG_FILE: join(import.meta.dirname, 'support/fonts.conf'), LANGUAGE: 'en' };

// A token is made older in the database, which an SQLite file does not let anybody else do.
test.use({ database: 'postgres', signedIn: false, contextOptions: { reducedMotion: 'reduce' }, launchOptions: { ...browser.launchOptions, env } });

/** The principal pages, by their names in the gallery. */
const PRINCIPAL = [
  'sign in',
  'overview',
  'tokens',
  'generate token',
  'the secret, once',
  'a token and its usage',
  'rotate token',
  'revoke, the label typed',
  'members',
  'policies, looked at before they are saved',
  'audit log',
  'page not found',
];
// Another version of the browser rounds corners and letters a little differently; what has moved or changed its colour it shows as well.
const DRAWN_BY = join(import.meta.dirname, '../baselines/drawn-by.txt');
const OF_ANOTHER_VERSION = { threshold: 0.1, maxDiffPixels: Number.MAX_SAFE_INTEGER, maxDiffPixelRatio: 0.005 };
const WINDOWS = [{ width: 1440, height: 900 }, { width: 768, height: 1024 }, { width: 360, height: 780 }];

for (const name of PRINCIPAL) {
  test(`${name}: looks as it did, in light and dark, wide, on a tablet and on a telephone`, async ({ page, context, visit, scripts, another }) => {
    // Six pictures, each of a whole page.
    test.slow();
    const version = context.browser()!.version();
    if (['all', 'changed'].includes(test.info().config.updateSnapshots)) await writeFile(DRAWN_BY, version);
    const tolerance = (await readFile(DRAWN_BY, 'utf8')) === version ? {} : OF_ANOTHER_VERSION;
    const { signedIn, open } = GALLERY.find((view) => view.name === name)!;
    // Of its own, so that what it shows does not depend on what other tests made.
    const server = await another('set up');
    countAnew();
    if (signedIn) await signIn(context, server.owner, server.origin);
    await open({ page, server, visit: async (address) => await visit(new URL(address, server.origin).href), scripts, another });
    await page.mouse.move(0, 0);
    await steady(page, server.secrets.keys());
    await whole(page);
    // A dialog covers the window; of a page all of it is compared.
    const fullPage = (await page.locator('dialog[open]').count()) === 0;
    for (const window of WINDOWS) {
      await page.setViewportSize(window);
      await page.evaluate(() => scrollTo(0, 0));
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        // All of them are compared, so that one run tells everything there is to look at.
        await expect.soft(page).toHaveScreenshot(`${name.replaceAll(/\W+/g, '-')}-${window.width}-${colorScheme}.png`, { ...tolerance, fullPage, timeout: 30_000 });
      }
    }
  });
}
