import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '../tests/support/fixtures.ts';
import { GALLERY } from '../tests/support/gallery.ts';
import { whole } from '../tests/support/steady.ts';

test.use({ contextOptions: { reducedMotion: 'reduce' } });

const folder = process.env['SHOTS'];
if (!folder) throw new Error('Say in which folder the pictures shall be: SHOTS=/tmp/shots npm run shots');

for (const { name, signedIn, open } of GALLERY) {
  test.describe(() => {
    test.use({ signedIn });
    test(name, async ({ page, server, visit, scripts, another }, { project }) => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await open({ page, server, visit, scripts, another });
      await whole(page);
      for (const [width, height] of [[1440, 900], [360, 780]] as const) {
        await page.setViewportSize({ width, height });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const into = join(folder, project.name, `${width}-${colorScheme}`);
          await mkdir(into, { recursive: true });
          // A dialog covers the window; of a page all of it is shown.
          const fullPage = (await page.locator('dialog[open]').count()) === 0;
          await page.screenshot({ path: join(into, `${name.replaceAll(/\W+/g, '-')}.png`), fullPage });
        }
      }
    });
  });
}
