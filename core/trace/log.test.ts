import { expect, it } from 'vitest';
import { systemClock } from '../system/clock.ts';
import { toBody } from './body.ts';
import { createLog } from './log.ts';

it('keeps bodies whole until the budget is used up, then a prefix with size and digest of the whole', () => {
  const lines: string[] = [];
  const sink = { write: (line: string) => lines.push(line), close: () => {} };
  const log = createLog({ real: systemClock(), sink, budget: 150_000 });
  const large = toBody('x'.repeat(100_000));
  const small = toBody('y'.repeat(1000));
  const http = { sender: 'wallet', receiver: 'issuer', channel: 'http', author: 'sut' } as const;
  for (const body of [large, large, large, small])
    log.append({ type: 'message', kind: 'token-request', ...http, body });
  const bodies = log.entries.flatMap((entry) => (entry.type === 'message' ? [entry.body] : []));
  expect(bodies.map((body) => body.bytes.length)).toEqual([100_000, 100_000, 64 * 1024, 1000]);
  expect(bodies[2]).toMatchObject({ size: 100_000, sha256: large.sha256, truncated: true });
  expect(bodies[3]?.truncated).toBeUndefined();
  expect(lines.length).toBe(4);
});
