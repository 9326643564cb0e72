// A mail server of our own: real SMTP on this machine, with the whims of real ones.

import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export class Post {
  /** What has been taken, in the order it came. */
  readonly taken: Email[] = [];
  readonly #server: SMTPServer;
  #refusals: number;
  #arrived: (() => void)[] = [];

  private constructor(refusals: number) {
    this.#refusals = refusals;
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, _, answer) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          if (this.#refusals > 0) {
            this.#refusals -= 1;
            answer(Object.assign(new Error('Busy, come back later'), { responseCode: 451 }));
            return;
          }
          void PostalMime.parse(Buffer.concat(parts)).then((mail) => {
            this.taken.push(mail);
            answer();
            for (const arrived of this.#arrived.splice(0)) arrived();
          }, answer);
        });
      },
    });
  }

  /** Listens on a free port. The first mails are refused for now, as many as `refusals` says. */
  static async open(refusals = 0): Promise<Post> {
    const post = new Post(refusals);
    await new Promise<void>((done) => post.#server.listen(0, '127.0.0.1', done));
    return post;
  }

  /** Where it listens. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** Waits until so many mails have been taken. */
  async arrived(count: number): Promise<Email[]> {
    while (this.taken.length < count) await new Promise<void>((done) => this.#arrived.push(done));
    return this.taken;
  }

  async close(): Promise<void> {
    await new Promise<void>((done) => this.#server.close(() => done()));
  }
}
