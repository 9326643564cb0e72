// Where a server under test keeps its records: a file in its folder, or a PostgreSQL database of its own.

import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type Kind = 'sqlite' | 'postgres';

/** A PostgreSQL database that exists as long as one server under test. */
export class PostgresDatabase {
  readonly url: string;
  readonly #name: string;
  readonly #from: string;

  private constructor(name: string, url: string, from: string) {
    this.#name = name;
    this.url = url;
    this.#from = from;
  }

  static async create(): Promise<PostgresDatabase> {
    const name = `jeton_end2end_${randomBytes(6).toString('hex')}`;
    const from = await ask(admin(), async (client) => {
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
      return (await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn')).rows[0]!.lsn;
    });
    const url = new URL(admin());
    url.pathname = `/${name}`;
    return new PostgresDatabase(name, url.href, from);
  }

  async drop(): Promise<void> {
    await ask(admin(), (client) => client.query(`DROP DATABASE ${this.#name} WITH (FORCE)`));
  }

  /** Runs a statement that no use case would. */
  async run(sql: string): Promise<void> {
    await ask(this.url, (client) => client.query(sql));
  }

  /** Everything PostgreSQL keeps for this database: each value of each row, and the write-ahead log since the database was made. */
  async everything(): Promise<{ name: string; bytes: Buffer }[]> {
    return await ask(this.url, async (client) => {
      const tables = await client.query<{ name: string }>(
        `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
      );
      const kept: { name: string; bytes: Buffer }[] = [];
      for (const { name } of tables.rows) {
        const rows = await client.query<unknown[]>({ text: `SELECT * FROM ${name}`, rowMode: 'array' });
        const cells = rows.rows.flat().map((cell) => (Buffer.isBuffer(cell) ? cell : Buffer.from(JSON.stringify(cell) ?? '')));
        kept.push({ name: `table ${name}`, bytes: Buffer.concat(cells.flatMap((cell) => [cell, Buffer.from('\n')])) });
      }
      const log = await client.query<{ name: string; bytes: Buffer }>(
        `SELECT name, pg_read_binary_file('pg_wal/' || name) AS bytes FROM pg_ls_waldir()
         WHERE name BETWEEN pg_walfile_name($1::pg_lsn) AND pg_walfile_name(pg_current_wal_lsn())`,
        [this.#from],
      );
      return [...kept, ...log.rows.map(({ name, bytes }) => ({ name: `pg_wal/${name}`, bytes }))];
    });
  }
}

function admin(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (!url) throw new Error('Set TEST_POSTGRES_URL to a PostgreSQL where databases may be made, as `cargo xtask test` does.');
  return url;
}

async function ask<T>(url: string, question: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await question(client);
  } finally {
    await client.end();
  }
}
