// Roles of an organization's own, as tests need them.

import type { Server } from './server.ts';

export const ROLES = '/orgs/acme/roles';

/** Creates a role as the owner, without a page; answers its id. */
export async function createRole(server: Server, name: string, permissions: readonly string[], description = ''): Promise<string> {
  const owner = { Cookie: server.ownerCookie };
  const on = Object.fromEntries(permissions.map((permission) => [permission, 'on']));
  const answer = await server.post(`${ROLES}/new`, { name, description, ...on }, owner);
  if (answer.status !== 303) throw new Error(`Creating a role was answered with ${answer.status}`);
  const listed = await (await server.get(ROLES, owner)).text();
  return new RegExp(`/roles/(rol_[^"/]+)"[^>]*>\\s*${name}\\s*<`).exec(listed)?.[1] ?? '';
}
