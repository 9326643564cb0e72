import { test, expect } from './support/fixtures.ts';
import { NEW_TOKEN, TOKENS, expiryChoice, row } from './support/journeys.ts';
import { POLICIES } from './support/people.ts';
import { signIn } from './support/fixtures.ts';

test.use({ signedIn: false });

test('a policy is looked at before it is saved, and then limits the forms and marks what is outside', async ({ page, context, visit, another }) => {
  const server = await another('set up');
  await signIn(context, server.owner, server.origin);
  const at = (path: string) => new URL(path, server.origin).href;
  const { token } = await server.token({ label: 'for ever', expiry: 'never' });
  await visit(at(TOKENS));
  await page.getByRole('link', { name: 'Policies' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Policies' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Maximum lifetime in days' }).fill('45');
  await page.getByRole('button', { name: 'Continue' }).click();
  // What does not go together is said at its field.
  await expect(page.getByRole('heading', { name: 'The policy was not saved' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Tokens that never expire' })).toHaveAccessibleDescription(/choose that tokens have to expire/);
  await page.getByRole('radio', { name: 'Not allowed' }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  const preview = page.getByRole('group', { name: 'What this means for your tokens' });
  await expect(preview).toBeFocused();
  await expect(preview).toContainText('1 token breaks this policy');
  await expect(preview).toContainText('Ada Lovelace (1)');
  // Another value is looked at anew.
  await page.getByRole('textbox', { name: 'Revoke after days without use' }).fill('90');
  await page.getByRole('button', { name: 'Save policy' }).click();
  await expect(preview).toContainText('No token has gone unused for 90 days.');
  await page.getByRole('button', { name: 'Save policy' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The policy is saved.' })).toBeVisible();
  await expect(page).toHaveURL(at(`${POLICIES}?done=saved`));

  await visit(at(TOKENS));
  await expect(row(page, 'for ever')).toContainText('Outside the policy: never expires');
  await visit(at(`${TOKENS}/${token.id}`));
  await expect(page.getByText('Outside the policy: never expires')).toBeVisible();
  await visit(at(NEW_TOKEN));
  await expect(expiryChoice(page, '45 days')).toBeChecked();
  await expect(expiryChoice(page, 'Never')).toHaveCount(0);
  await expect(page.getByRole('group', { name: 'Expires after' })).toHaveAccessibleDescription(/allows 45 days at most/);
});
