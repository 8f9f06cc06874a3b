import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { manualClock, offsetClock, systemClock } from './clock.ts';
import { nodeFiles } from './files.ts';
import { seededRandom, systemRandom } from './random.ts';

describe('clocks', () => {
  test('a manual clock wakes sleepers in the order of their deadlines, and only when due', async () => {
    const clock = manualClock(1_000);
    const woken: string[] = [];
    const late = clock.sleep(200).then(() => woken.push('late'));
    const early = clock.sleep(100).then(() => woken.push('early'));
    clock.advance(99);
    expect(clock.sleeping).toBe(2);
    clock.advance(101);
    await Promise.all([late, early]);
    expect(woken).toEqual(['early', 'late']);
    expect(clock.now()).toBe(1_200);
  });

  test('a jumping clock sleeps by moving itself', async () => {
    const clock = manualClock(0, { sleep: 'jump' });
    await clock.sleep(5_000);
    expect(clock.now()).toBe(5_000);
  });

  test.each([
    ['manual', manualClock(0)],
    ['system', systemClock()],
  ])('%s: sleep ends with the signal’s reason, before or during', async (_name, clock) => {
    const controller = new AbortController();
    const sleeping = clock.sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
  });

  test('an offset clock shows another time at the same pace and can be moved', async () => {
    const base = manualClock(1_000);
    const clock = offsetClock(base, 400 * 86_400_000);
    expect(clock.now() - base.now()).toBe(400 * 86_400_000);
    clock.move(-86_400_000);
    expect(clock.now() - base.now()).toBe(399 * 86_400_000);
    const asleep = clock.sleep(10);
    base.advance(10);
    await asleep;
  });
});

describe('randomness', () => {
  test('a seed repeats the same bytes however they are asked for; another seed gives others', () => {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const one = seededRandom(7);
    const joined = hex(one.bytes(3)) + hex(one.bytes(5000)) + hex(one.bytes(16));
    expect(hex(seededRandom(7).bytes(5019))).toBe(joined);
    expect(hex(seededRandom(8).bytes(16))).not.toBe(joined.slice(0, 32));
    expect(new Set(joined.match(/../g)).size).toBeGreaterThan(200);
  });

  test('the system gives as many bytes as asked for, never the same', () => {
    const random = systemRandom();
    expect(random.bytes(32)).toHaveLength(32);
    expect(random.bytes(16)).not.toEqual(random.bytes(16));
  });
});

describe('files', () => {
  let folder = '';
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('are replaced at once, belong to the owner alone, and leave nothing behind', async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-'));
    const files = nodeFiles();
    const path = join(folder, 'keys', 'issuer.json');
    expect(await files.read(path)).toBeUndefined();
    await files.write(path, 'one');
    await files.write(path, 'two');
    expect(Buffer.from((await files.read(path)) ?? []).toString()).toBe('two');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
    expect(await files.list(join(folder, 'keys'))).toEqual(['issuer.json']);
    await files.remove(path);
    await files.remove(path);
    expect(await files.list(join(folder, 'keys'))).toEqual([]);
    expect(await files.list(join(folder, 'none'))).toEqual([]);
  });

  test('other failures than absence are thrown', async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-'));
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(nodeFiles().read(join(file, 'below'))).rejects.toThrow();
    await expect(nodeFiles().write(join(file, 'below'), '')).rejects.toThrow();
  });
});
