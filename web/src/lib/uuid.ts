/** UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then random; later ids sort after earlier ones. */

let lastMs = 0;
let counter = 0;

export interface UuidSource {
  now: () => number;
  random: (bytes: Uint8Array<ArrayBuffer>) => void;
}

const SYSTEM: UuidSource = {
  now: () => Date.now(),
  random: (bytes) => void crypto.getRandomValues(bytes),
};

/** Ids made in the same millisecond count up in the 12 bits after the version, so that one page's ids stay in order. */
export function uuidv7(source: UuidSource = SYSTEM): string {
  const bytes = new Uint8Array(16);
  source.random(bytes);
  const now = source.now();
  if (now > lastMs) {
    lastMs = now;
    // The top bit is left clear as room to count.
    counter = (((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs++;
    counter = 0;
  }
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(lastMs / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = 0x70 | (counter >> 8);
  bytes[7] = counter & 0xff;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
