// Pages as they look at any time, on any machine: for pictures that are compared.

import type { Page } from '@playwright/test';

/** What differs from run to run, and what stands for it in pictures. */
const VARYING: readonly (readonly [string, string])[] = [
  ['\\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \\d{1,2} [A-Z][a-z]{2}\\b', 'Sun 22 Nov'],
  ['\\b20\\d\\d-\\d\\d-\\d\\d\\b', '2026-11-22'],
  ['(?<=22 Nov )\\d{4}', '2026'],
  ['(?<=22 Nov 2026, )\\d\\d:\\d\\d', '09:05'],
  ['\\b(moments|\\d+ (second|minute)s?) ago\\b', 'moments ago'],
  ['\\b127\\.0\\.0\\.1:\\d+', '127.0.0.1:3000'],
  ['(?<=\\b(tok|usr|req)_[0-9a-f]*)[0-9a-f]', '0'],
  ['\\b(jto_)\\w{4}…\\w{4}', '$1AbCd…WxYz'],
];

/** Lays out and paints also what is not in view, which tables leave for later. */
export async function whole(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('tr { content-visibility: visible !important; }');
    document.adoptedStyleSheets.push(sheet);
  });
}

/** Writes the same text in place of each that differs. */
export async function steady(page: Page, secrets: Iterable<string>): Promise<void> {
  await page.evaluate(
    ({ varying, secrets }) => {
      const steadied = (text: string): string => {
        const bare = secrets.reduce((all, secret) => all.replaceAll(secret, secret.replaceAll(/(?<=_.*)\w/g, 'x')), text);
        return varying.reduce((all, [found, fixed]) => all.replaceAll(new RegExp(found, 'g'), fixed), bare);
      };
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) text.nodeValue = steadied(text.nodeValue ?? '');
      for (const field of document.querySelectorAll<HTMLInputElement>('input[readonly]')) field.value = steadied(field.value);
    },
    { varying: VARYING, secrets: [...secrets] },
  );
}
