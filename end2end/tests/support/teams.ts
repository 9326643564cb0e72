// Teams, as tests need them.

import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';
import type { Given, Server } from './server.ts';

export const TEAMS = '/orgs/acme/teams';

/** Creates a team as the owner, without a page, and adds people to it; answers the address of its page. */
export async function createTeam(server: Server, name: string, users: readonly string[] = [], description = ''): Promise<string> {
  const owner = { Cookie: server.ownerCookie };
  const answer = await server.post(`${TEAMS}/new`, { name, description }, owner);
  const address = (answer.headers.get('location') ?? '').split('?')[0]!;
  if (answer.status !== 303) throw new Error(`Creating a team was answered with ${answer.status}`);
  for (const user of users) {
    const added = await server.post(`${address}/members`, { user }, owner);
    if (added.status !== 303) throw new Error(`Adding to a team was answered with ${added.status}`);
  }
  return address;
}

/** Generates a token of a team as somebody in it, without a page. */
export async function teamToken(server: Server, cookies: readonly Given[], team: string, label: string): Promise<{ secret: string; id: string }> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const owner = team.split('/').at(-1)!;
  const fields = { owner, role: 'viewer', expiry: '90', label, label_warned: label };
  const { secret, token } = await server.issue('/orgs/acme/tokens/new', fields, cookie, label);
  return { secret, id: token.id };
}

/** Waits until the page says so. */
export async function says(page: Page, text: string): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: text })).toBeVisible();
}
