import { test, expect } from './support/fixtures.ts';
import { GALLERY } from './support/gallery.ts';

for (const { name, signedIn, open } of GALLERY) {
  test.describe(() => {
    test.use({ signedIn });
    test(`${name}: nothing violates the policy and nothing is complained about`, async ({ page, server, visit, scripts, another, complaints }) => {
      await open({ page, server, visit, scripts, another });
      expect(complaints).toEqual([]);
    });
  });
}
