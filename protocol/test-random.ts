import { createHash } from 'node:crypto';
import type { Random } from '../core/ports.ts';

/** Repeatable bytes for unit tests of this room: SHA-256 of seed and counter. */
export function testRandom(seed = 'test'): Random {
  let counter = 0;
  return {
    bytes(length) {
      const blocks: Uint8Array[] = [];
      for (let have = 0; have < length; have += 32) {
        blocks.push(createHash('sha256').update(`${seed}/${counter++}`).digest());
      }
      return Buffer.concat(blocks).subarray(0, length);
    },
  };
}
