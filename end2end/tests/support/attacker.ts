// Somebody else's page, and what it wants to change.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TOKENS } from './journeys.ts';
import type { Server } from './server.ts';

/** Serves a page on another origin for as long as `visited` runs. */
export async function attacker(host: string, html: string, visited: (address: string) => Promise<void>): Promise<void> {
  const page = `<!doctype html><meta charset="utf-8"><title>Somebody else</title><link rel="icon" href="data:,">${html}`;
  const evil = createServer((_, answer) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end(page));
  await new Promise<void>((done) => evil.listen(0, '127.0.0.1', done));
  try {
    await visited(`http://${host}:${(evil.address() as AddressInfo).port}/`);
  } finally {
    evil.closeAllConnections();
    await new Promise((done) => evil.close(done));
  }
}

/** Everything an attacker may want to change: which tokens there are, in which state, and whether the owner is signed in. */
export async function state(server: Server): Promise<string> {
  const cookie = { Cookie: server.ownerCookie };
  // Without times: that of a last use is written when the server comes to it.
  const list = async (view: string) => (await (await server.get(`${TOKENS}.csv?view=${view}`, cookie)).text()).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '');
  const signedIn = (await server.get(TOKENS, cookie)).status;
  return JSON.stringify([signedIn, await list('active'), await list('inactive')]);
}
