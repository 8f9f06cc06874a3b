// Preloaded (NODE_OPTIONS=--import), it shifts Date in this process and its children by TOUCHSTONE_DATE_OFFSET_DAYS: a fixture or
// a certificate with a date in it is then found. OpenSSL reads the machine's clock itself, so real TLS cannot be tested this way.
//
// Called as a program: `--url` prints its own URL for --import, `--tests` the tests that are run so.
import { pathToFileURL } from 'node:url';

/**
 * Everything that deals with time, without real sockets with TLS (mocks/http), the packed artifact, and what takes minutes and learns nothing from
 * another date: proofs, hostile targets, targets that must earn nothing, killed runs.
 */
const TESTS = [
  'protocol mocks suites profiles harness test',
  ...[
    'mocks/http/**',
    '**/*tls*',
    'test/pack.test.ts',
    'test/prove*',
    'test/*-suite*',
    'test/hostile*',
    'test/null-targets*',
    'test/kill*',
    'test/cli*',
  ].map((pattern) => `--exclude=${pattern}`),
].join(' ');

const called = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;

if (called) {
  if (process.argv[2] === '--url') console.log(import.meta.url);
  else if (process.argv[2] === '--tests') console.log(TESTS);
  else throw new Error('--url or --tests is wanted');
} else {
  shift(Number(process.env.TOUCHSTONE_DATE_OFFSET_DAYS ?? 0) * 86_400_000);
}

function shift(offset) {
  if (!Number.isFinite(offset) || offset === 0) return;
  const now = () => real.now() + offset;
  const real = Date;
  globalThis.Date = new Proxy(real, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new real(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}
