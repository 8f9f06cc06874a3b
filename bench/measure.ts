/** Times of two ways of doing the same, alternating, so that both see the same machine. */
export interface Comparison {
  readonly name: string;
  /** Milliseconds for one, median. */
  readonly bare: number;
  readonly harness: number;
  /** Median of the ratios of neighbouring rounds: what the machine does meanwhile falls out. */
  readonly ratio: number;
}

/** Runs `bare` and `harness` in turn, `rounds` times `size` calls of each, after `warmUp` calls of each. */
export async function compare(
  name: string,
  bare: () => Promise<void>,
  harness: () => Promise<void>,
  { rounds = 30, size = 10, warmUp = 50 } = {},
): Promise<Comparison> {
  await repeat(bare, warmUp);
  await repeat(harness, warmUp);
  const times: { bare: number; harness: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that neither always pays for the other's garbage.
    if (round % 2 === 0) times.push({ bare: await repeat(bare, size), harness: await repeat(harness, size) });
    else {
      const second = await repeat(harness, size);
      times.push({ bare: await repeat(bare, size), harness: second });
    }
  }
  return {
    name,
    bare: median(times.map((time) => time.bare)) / size,
    harness: median(times.map((time) => time.harness)) / size,
    ratio: median(times.map((time) => time.harness / time.bare)),
  };
}

async function repeat(what: () => Promise<void>, count: number): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index++) await what();
  return performance.now() - start;
}

/** Middle of some numbers; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
