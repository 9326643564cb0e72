import { AxeBuilder } from '@axe-core/playwright';
import { test, expect, observe, signIn } from './support/fixtures.ts';
import { GALLERY } from './support/gallery.ts';
import { whole } from './support/steady.ts';
import type { Browser, BrowserContext, Page } from '@playwright/test';

// Colours in the middle of an animation are nobody's colours.
test.use({ contextOptions: { reducedMotion: 'reduce' } });

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** What axe finds wrong, in a line for each element. In the dark only colours are others. */
async function wrong(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  // No frame of another origin is in these pages, so that axe need not open a tab of its own to put its findings together.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
  else axe.withTags(RULES).options({ runOnly: RULES, rules: { 'target-size': { enabled: true } } });
  const { violations, passes } = await axe.analyze();
  expect(passes.length, 'axe has looked at something').toBeGreaterThan(colorScheme === 'dark' ? 0 : 10);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary?.replaceAll(/\s+/g, ' ')}`));
}

/** Waits until everything that moves or fades has arrived: what inherits a colour may begin to fade when its parent has ended. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const target = ({ effect }: Animation): Element | null => (effect instanceof KeyframeEffect ? effect.target : null);
    for (let still = 0, rounds = 0; still < 3; still += 1, rounds += 1) {
      await new Promise(requestAnimationFrame);
      // What a closed <details> holds does not move until it is opened.
      const moving = document.getAnimations().filter((each) => target(each)?.checkVisibility() ?? true);
      if (rounds > 300) throw new Error(`does not come to rest: ${moving.map((each) => target(each)?.outerHTML.slice(0, 200)).join()}`);
      await Promise.all(moving.map(({ finished }) => finished.catch(() => {})));
      if (moving.length > 0) still = -1;
    }
  });
}

/** A page that was rendered without scripts, in a tab where axe, which is one, can look at it. */
async function looked(page: Page, context: BrowserContext, browser: Browser, complaints: string[]): Promise<Page> {
  const html = (await page.content()).replaceAll(/<script[\s\S]*?<\/script>|<link rel="(module)?preload"[^>]*>/g, '');
  const other = await browser.newContext({ javaScriptEnabled: true, reducedMotion: 'reduce', storageState: await context.storageState() });
  await observe(other, complaints);
  const tab = await other.newPage();
  await tab.route(page.url(), (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await tab.goto(page.url());
  return tab;
}

/** What is wider than the window, so that people would have to scroll sideways to read. */
async function overflowing(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const root = document.documentElement;
    const wide = root.scrollWidth > root.clientWidth ? [`the page: ${root.scrollWidth} of ${root.clientWidth}`] : [];
    const dialogs = [...document.querySelectorAll<HTMLElement>('dialog[open], [popover]:popover-open')];
    const sideways = dialogs.filter((each) => each.scrollWidth > each.clientWidth || each.getBoundingClientRect().right > root.clientWidth);
    return [...wide, ...sideways.map((each) => `${each.id}: ${each.scrollWidth} of ${each.clientWidth}`)];
  });
}

// Also the tour: `complaints` has to be empty in the end, so on none of these views anything violates the policy or is complained about.
for (const { name, signedIn, open } of GALLERY) {
  test.describe(() => {
    test.use({ signedIn: false });
    test(`${name}: accessible in light and dark, wide and narrow, nothing to scroll sideways, nothing to complain about`, async ({ page, context, browser, visit, scripts, another, complaints }) => {
      // By far the longest pages: axe looks at each of their elements four times.
      if (name === 'the API described' || name.startsWith('components')) test.slow();
      // Of its own, so that the list is short: axe looks at every row of it.
      const server = await another('set up');
      if (signedIn) await signIn(context, server.owner, server.origin);
      await open({ page, server, visit: async (address) => await visit(new URL(address, server.origin).href), scripts, another });
      const tab = scripts ? page : await looked(page, context, browser, complaints);
      await whole(tab);
      const found: string[] = [];
      for (const width of [1280, 360, 320]) {
        await tab.setViewportSize({ width, height: 800 });
        await settled(tab);
        found.push(...(await overflowing(tab)).map((each) => `${width}: ${each}`));
        if (width === 320) continue;
        for (const colorScheme of ['light', 'dark'] as const) {
          await tab.emulateMedia({ colorScheme });
          await settled(tab);
          found.push(...(await wrong(tab, colorScheme)).map((each) => `${width} ${colorScheme}: ${each}`));
        }
      }
      expect(found).toEqual([]);
      if (!scripts) await tab.context().close();
    });
  });
}
