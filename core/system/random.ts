import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import type { Random } from '../ports.ts';

/** The machine's cryptographic randomness. */
export function systemRandom(): Random {
  return { bytes: (length) => randomBytes(length) };
}

/** Bytes made at a time; most callers want 16 to 32. */
const BLOCK = 4096;

/**
 * The same bytes for the same seed, in the order in which they are asked for: an AES-256-CTR key stream under the seed's digest.
 * It makes a run repeatable as long as flows draw in the same order. Never for secrets of anybody but the harness.
 */
export function seededRandom(seed: number | string): Random {
  const key = createHash('sha256')
    .update(`touchstone seed ${String(seed)}`)
    .digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  let pool: Buffer = Buffer.alloc(0);
  return {
    bytes: (length) => {
      while (pool.length < length) {
        pool = Buffer.concat([pool, stream.update(Buffer.alloc(Math.max(BLOCK, length - pool.length)))]);
      }
      const taken = Uint8Array.from(pool.subarray(0, length));
      pool = pool.subarray(length);
      return taken;
    },
  };
}
