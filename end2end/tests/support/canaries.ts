// Looks for secrets where none may be, in every form that they are likely to have been written in.

export interface Place {
  name: string;
  bytes: Buffer;
}

/** The forms that a secret can take in a file, a log line, a page or an address. */
export function forms(secret: string): Map<string, Buffer> {
  const bytes = Buffer.from(secret);
  const found = new Map<string, Buffer>([
    ['raw', bytes],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['URL-encoded', Buffer.from(encodeURIComponent(secret))],
    ['form-encoded', Buffer.from(new URLSearchParams([['', secret]]).toString().slice(1))],
    ['JSON', Buffer.from(JSON.stringify(secret).slice(1, -1))],
    ['HTML', Buffer.from(secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'))],
    ['UTF-16', Buffer.from(secret, 'utf16le')],
  ]);
  // Inside of something longer, base64 reads in one of three ways; the characters at the ends are left out, they depend on the neighbours.
  for (const shift of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const start = Math.ceil((shift * 8) / 6);
    const end = Math.floor((padded.length * 8) / 6);
    found.set(`base64+${shift}`, Buffer.from(padded.toString('base64').slice(start, end)));
    found.set(`base64url+${shift}`, Buffer.from(padded.toString('base64url').slice(start, end)));
  }
  return found;
}

/** Which secrets are in which places. It names them and never prints them. */
export function hits(secrets: ReadonlyMap<string, string>, places: readonly Place[]): string[] {
  const found: string[] = [];
  for (const [secret, what] of secrets) {
    for (const [form, needle] of forms(secret)) {
      for (const { name, bytes } of places) {
        if (bytes.includes(needle)) found.push(`${what} (${form}) in ${name}`);
      }
    }
  }
  return found;
}
