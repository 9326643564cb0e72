// A catalogue of the operator's own, with scripts on: a preset brings what it turns on.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, signIn, test } from './support/fixtures.ts';
import { NEW_TOKEN, fill, preset, roleChoice, submitAndRead, toggle } from './support/journeys.ts';

const FILE = `extend = true

[[category]]
name = "warehouse"
title = "Goods & gates"
actions = ["read", "open_gate"]
viewer = ["read"]
`;

test.use({ signedIn: false });

test('a category of the file is in the form, and verification answers it', async ({ page, context, visit, another }) => {
  const folder = await mkdtemp(join(tmpdir(), 'jeton-catalogue-'));
  const file = join(folder, 'catalogue.toml');
  await writeFile(file, FILE);
  const server = await another('set up', ['--catalogue', file]);
  await signIn(context, server.owner, server.origin);
  await visit(new URL(NEW_TOKEN, server.origin).href);
  await fill(page, { label: 'gatekeeper' });
  await roleChoice(page, 'Custom').check();
  // The preset is filled in by the browser alone.
  await preset(page, 'Read').click();
  await expect(toggle(page, 'Goods & gates read')).toBeChecked();
  await expect(toggle(page, 'Goods & gates open gate')).not.toBeChecked();
  await toggle(page, 'Goods & gates open gate').check();
  await toggle(page, 'token verify').check();
  const secret = await submitAndRead(page, server, 'gatekeeper');
  const verdict = await fetch(new URL('/api/v1/verify', server.origin), {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: secret, permission: 'warehouse:open_gate' }),
  });
  const answer = (await verdict.json()) as { code: string; permissions: string[] };
  expect(answer.code).toBe('VALID');
  expect(answer.permissions).toEqual(expect.arrayContaining(['warehouse:read', 'warehouse:open_gate', 'cluster:read']));
  await rm(folder, { recursive: true });
});
