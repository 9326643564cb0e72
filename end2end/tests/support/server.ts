// A real server for tests: the binary under test on a free port, with its own folder and database.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hits, type Place } from './canaries.ts';
import { PostgresDatabase, type Kind } from './database.ts';
import { mask } from './journeys.ts';

export const OWNER = {
  organization: 'Acme',
  slug: 'acme',
  name: 'Ada Lovelace',
  email: 'ada@acme.test',
  password: 'a lake behind seven birches',
};
export type Person = typeof OWNER;

/** Whether the binary under test is one that people get: it lacks what is there for development. */
export function isRelease(): boolean {
  return (process.env['JETON_BIN'] ?? '').includes('/release/');
}

const PORT_IN_USE = 69;
/** A password that was typed longer ago is asked for again after ten minutes; no test takes the rest of that. */
const FRESH = 6 * 60_000;

interface Running {
  child: ChildProcess;
  stdout: string;
  stderr: string;
}

/** A cookie as the server gave it to a browser. */
export interface Given {
  name: string;
  value: string;
  line: string;
}

export class Server {
  readonly kind: Kind;
  readonly data: string;
  /** Secrets this server has given out or been told, and what each is. None may ever be found in what it writes. */
  readonly secrets = new Map<string, string>();
  /** The cookies of an owner who is signed in, once the server is set up. */
  owner: Given[] = [];
  origin = '';
  /** Everything it has printed, over all its runs. */
  stdout = '';
  stderr = '';
  readonly #database: PostgresDatabase | undefined;
  #running: Running | undefined;
  /** When its owner last typed their password. */
  #provedAt = 0;
  #ended: number | null = null;

  /** Settings as flags of `jeton serve`. */
  readonly #settings: readonly string[];

  private constructor(kind: Kind, data: string, database: PostgresDatabase | undefined, settings: readonly string[]) {
    this.#settings = settings;
    this.kind = kind;
    this.data = data;
    this.#database = database;
  }

  /** Starts a server that nobody has set up. */
  static async start(kind: Kind, settings: readonly string[] = []): Promise<Server> {
    const database = kind === 'postgres' ? await PostgresDatabase.create() : undefined;
    const server = new Server(kind, await mkdtemp(join(tmpdir(), 'jeton-end2end-')), database, settings);
    await server.run();
    return server;
  }

  /** Starts a server whose owner is signed in. */
  static async startSetUp(kind: Kind, settings: readonly string[] = []): Promise<Server> {
    const server = await Server.start(kind, settings);
    await server.setUp();
    return server;
  }

  /** Starts the process, waits until it answers, and reads what it prints about where it is. */
  async run(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      const running = this.#spawn(['serve', '--listen', `127.0.0.1:${port}`, ...this.#settings]);
      const origin = `http://127.0.0.1:${port}`;
      const { child } = running;
      while (child.exitCode === null && !(await isHealthy(origin))) await pause(20);
      if (child.exitCode === null) {
        // It answers a moment before it prints: the socket is bound first.
        while (child.exitCode === null && !running.stdout.includes('Console: ')) await pause(5);
        this.#running = running;
        this.origin = /^Console: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(running.stdout)?.[1] ?? '';
        if (this.origin !== origin) throw new Error(`The server printed another address than ${origin}:\n${running.stdout}`);
        return;
      }
      this.#keep(running);
      if (child.exitCode !== PORT_IN_USE || attempt === 3) {
        throw new Error(`The server ended with ${child.exitCode} before it answered:\n${running.stderr}`);
      }
    }
  }

  /** The link that its present run printed for setting it up, if it did. */
  get setupLink(): string | undefined {
    return /^Set it up, once, within a day: (\S+)$/m.exec(this.#running?.stdout ?? '')?.[1];
  }

  /** Sets it up as a browser would. */
  async setUp(person: Person = OWNER): Promise<void> {
    const link = this.setupLink;
    if (!link) throw new Error(`The server printed no setup link:\n${this.#running?.stdout}`);
    const code = new URL(link).searchParams.get('code') ?? '';
    this.secret(person.password, 'the password');
    const { organization, name, email, password } = person;
    const answer = await this.post('/setup', { code, organization, name, email, password });
    if (answer.status !== 303) throw new Error(`Setting up was answered with ${answer.status}`);
    this.owner = this.given(answer);
    this.#provedAt = Date.now();
  }

  /** Signs the owner in anew if they last did that a while ago. */
  async refresh({ email, password }: Person = OWNER): Promise<void> {
    if (this.owner.length === 0 || Date.now() - this.#provedAt < FRESH) return;
    const device = this.owner.filter(({ name }) => name === '__Host-device').map(({ name, value }) => `${name}=${value}`);
    const answer = await this.post('/sign-in', { email, password }, { Cookie: device.join('; ') });
    if (answer.status !== 303) throw new Error(`Signing in was answered with ${answer.status}`);
    this.owner = this.given(answer);
    this.#provedAt = Date.now();
  }

  /** Makes it long ago that anybody typed their password; only where the database can be reached from here. */
  async age(): Promise<void> {
    await this.#database?.run('UPDATE sessions SET proved_at = proved_at - 660000000');
  }

  /** Makes it so many days ago that the tokens of this label were generated; only where the database can be reached from here. */
  async ageTokens(label: string, days: number): Promise<void> {
    await this.#database?.run(`UPDATE tokens SET created_at = created_at - ${days} * CAST(86400000000 AS BIGINT) WHERE label = '${label}'`);
  }

  /** Remembers something that may never be found in what the server writes. */
  secret(value: string, what: string): string {
    this.secrets.set(value, what);
    return value;
  }

  /** The cookies in an answer; their values are secrets. */
  given(answer: Response): Given[] {
    return answer.headers.getSetCookie().map((line) => {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (value) this.secret(value, `the cookie ${name}`);
      return { name, value, line };
    });
  }

  /** Asks as a program would: no redirect is followed, no cookie kept. */
  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(new URL(path, this.origin), { headers, redirect: 'manual' });
  }

  /** Posts a form as a page of its own would. */
  async post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(new URL(path, this.origin), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Sec-Fetch-Site': 'same-origin', Accept: 'text/html', ...headers },
      body: new URLSearchParams(fields),
    });
  }

  /** The Cookie header of the owner. */
  get ownerCookie(): string {
    return this.owner.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  /** Generates a token as the owner, without a page: for tests that need one to be there. */
  async token(fields: { label: string; description?: string; role?: string; expiry?: string; organization?: string }): Promise<Issued> {
    const { organization, label, ...chosen } = { organization: OWNER.slug, ...fields };
    const form = { role: 'viewer', expiry: '90', description: '', label, label_warned: label, ...chosen };
    return await this.issue(`/orgs/${organization}/tokens/new`, form, this.ownerCookie, label);
  }

  /** Rotates a token as the owner, without a page. */
  async rotate(token: string, overlap: string): Promise<Issued> {
    const address = `/orgs/${OWNER.slug}/tokens/${token}/rotate`;
    const form = await (await this.get(address, { Cookie: this.ownerCookie })).text();
    const version = /name="version" value="([^"]*)"/.exec(form)?.[1] ?? '';
    return await this.issue(address, { version, overlap }, this.ownerCookie, token);
  }

  /** Posts a form that is answered with a secret, and reads that. */
  async issue(address: string, fields: Record<string, string>, cookie: string, what: string): Promise<Issued> {
    const answer = await this.post(address, fields, { Cookie: cookie });
    const [, id, text] = /<textarea[^>]*\sdata-secret="([^"]*)"[^>]*>([^<]*)</.exec(await answer.text()) ?? [];
    const secret = text?.replaceAll('&amp;', '&');
    if (answer.status !== 200 || !id || !secret) throw new Error(`${address} was answered with ${answer.status} for ${what}`);
    this.secret(secret, `the secret of ${what}`);
    return { token: { id, label: what, hint: mask(secret) }, secret };
  }

  /** Runs a command of the binary on the same folder and database, and answers what it printed. */
  async command(arguments_: string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { child, ...printed } = await new Promise<Running>((done) => {
      const running = this.#spawn(arguments_, input);
      running.child.once('close', () => done(running));
    });
    return { code: child.exitCode, ...printed };
  }

  /** Asks the process to end, as an operator would, and answers the code it ended with; null if it had to be killed. */
  async stop(): Promise<number | null> {
    const running = this.#running;
    if (!running) return this.#ended;
    this.#running = undefined;
    const ended = running.child.exitCode === null ? new Promise((done) => running.child.once('close', done)) : undefined;
    running.child.kill('SIGTERM');
    const patience = setTimeout(() => running.child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(patience);
    this.#keep(running);
    this.#ended = running.child.exitCode;
    return this.#ended;
  }

  /** What it has written so far: its output, its folder, its database. Not the key file, and not the link it prints for a person. */
  async written(): Promise<Place[]> {
    const out = (this.stdout + (this.#running?.stdout ?? '')).replaceAll(/^Set it up, once, within a day: \S+$/gm, '');
    const places: Place[] = [
      { name: 'stdout', bytes: Buffer.from(out) },
      { name: 'stderr', bytes: Buffer.from(this.stderr + (this.#running?.stderr ?? '')) },
    ];
    const files = await readdir(this.data, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile() && entry.name !== 'jeton.key')) {
      const bytes = await readFile(join(file.parentPath, file.name));
      places.push({ name: `data/${file.name}`, bytes: file.name.endsWith('.eml') ? withoutLink(bytes) : bytes });
    }
    return [...places, ...((await this.#database?.everything()) ?? [])];
  }

  /** Its command line and environment, which every process of the user can read. */
  async visible(): Promise<Place[]> {
    const pid = this.#running?.child.pid;
    return await Promise.all(
      ['cmdline', 'environ'].map(async (name) => ({ name, bytes: await readFile(`/proc/${pid}/${name}`) })),
    );
  }

  /** Ends it and checks what every server has to leave behind: exit code 0, a log that is JSON, and no secret anywhere. */
  async end(): Promise<void> {
    const code = await this.stop();
    const places = await this.written();
    const found = hits(this.secrets, places);
    const broken = this.stderr.split('\n').filter((line) => line !== '' && !isObject(line));
    await this.#database?.drop();
    await rm(this.data, { recursive: true, force: true });
    const wrong = [
      ...(code === 0 ? [] : [`it ended with ${code} when asked to end`]),
      ...found.map((hit) => `it kept a secret: ${hit}`),
      ...broken.map((line) => `a line of its log is not JSON: ${line}`),
    ];
    if (wrong.length > 0) throw new Error(`The server under test did something wrong:\n${wrong.join('\n')}`);
  }

  #spawn(arguments_: string[], input = ''): Running {
    const binary = process.env['JETON_BIN'];
    if (!binary) throw new Error('Set JETON_BIN to the binary under test, as `cargo xtask test` does.');
    const place = ['--data', this.data, ...(this.#database ? ['--database', this.#database.url] : [])];
    // Where there is nothing to read there is no pipe either: a process that has ended before it is closed would fail the test.
    const child = spawn(binary, [...arguments_, ...place], { stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    const running: Running = { child, stdout: '', stderr: '' };
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (running.stdout += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (running.stderr += text));
    child.stdin?.end(input);
    return running;
  }

  #keep(running: Running): void {
    this.stdout += running.stdout;
    this.stderr += running.stderr;
  }
}

/** A mail that became a file, without the code in the one link it brings: it stands for the inbox of whom the code is for. */
function withoutLink(mail: Buffer): Buffer {
  // Lines of quoted-printable text may end anywhere, and its equals signs are written as =3D.
  const text = mail.toString('latin1').replaceAll(/=\r?\n/g, '');
  return Buffer.from(text.replaceAll(/(\/invitations\/accept\?code=)(?:3D)?[\w-]+/g, '$1'), 'latin1');
}

/** What the server answers when it has generated a token, as far as tests look at it. */
export interface Issued {
  token: { id: string; hint: string; label: string };
  secret: string;
}

async function freePort(): Promise<number> {
  return await new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function isHealthy(origin: string): Promise<boolean> {
  return await fetch(`${origin}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

function isObject(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
