import { header } from '../../../core/http.ts';
import type { Role } from '../../../core/kinds.ts';
import { ROLES } from '../../../core/kinds.ts';
import { systemClock } from '../../../core/system/clock.ts';
import { undiciClient } from '../../../core/system/http-client.ts';
import type { Configuration } from '../../configuration/types.ts';
import { readConfiguration } from '../assemble.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines } from '../output.ts';

interface Line {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

const MAX_SKEW_MS = 60_000;

/** `doctor`: is the configuration sound, does the target answer, over which protocol, and how far is its clock from ours? Starts no flow. */
export async function doctorCommand(options: { readonly config: string; readonly json?: boolean }): Promise<ExitCode> {
  const { loaded, references } = await readConfiguration(options.config, undefined, 'en');
  const { configuration } = loaded;
  const lines: Line[] = [
    {
      what: 'configuration',
      ok: true,
      detail: `${options.config} is sound; role ${roleOf(configuration) ?? 'not told by the driver'}`,
    },
  ];
  const client = undiciClient({
    ...(configuration.target.userAgent === undefined ? {} : { userAgent: configuration.target.userAgent }),
    ...(configuration.target.headers === undefined ? {} : { headers: Object.entries(configuration.target.headers) }),
    ca: references.ca,
    timeoutMs: configuration.target.timeoutMs ?? 10_000,
  });
  const clock = systemClock();
  try {
    for (const origin of originsOf(configuration)) {
      try {
        const started = clock.now();
        const response = await client.send({ method: 'GET', url: `${origin}/`, headers: [], body: new Uint8Array() });
        const took = clock.now() - started;
        lines.push({ what: origin, ok: true, detail: `answers (status ${response.status}, ${took} ms)` });
        const date = Date.parse(header(response.headers, 'date') ?? '');
        if (!Number.isNaN(date)) {
          const skew = date + 500 - clock.now();
          lines.push({
            what: `${origin} clock`,
            ok: Math.abs(skew) < MAX_SKEW_MS,
            detail: `${skew >= 0 ? '+' : ''}${Math.round(skew / 1000)} s from ours`,
          });
        }
        const host = new URL(origin).hostname;
        const loopback = host === 'localhost' || host.startsWith('127.') || host === '[::1]';
        if (origin.startsWith('http:') && !loopback)
          lines.push({
            what: `${origin} TLS`,
            ok: false,
            detail: 'plain http; the protocols demand TLS outside this machine',
          });
      } catch (error) {
        lines.push({ what: origin, ok: false, detail: error instanceof Error ? error.message : String(error) });
      }
    }
  } finally {
    await client.close();
  }
  if (lines.length === 1)
    lines.push({ what: 'reachability', ok: true, detail: 'the driver names no URL: nothing to reach before the run' });
  if (options.json === true) printJson({ checks: lines });
  else printLines(lines.map((line) => `${line.ok ? 'ok  ' : 'FAIL'} ${line.what}: ${line.detail}`));
  return lines.every((line) => line.ok) ? 0 : 3;
}

/** Origins that the driver's URLs name. */
function originsOf(configuration: Configuration): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && /^https?:\/\//u.test(value) && URL.canParse(value))
      found.add(new URL(value).origin);
    else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member);
  };
  visit(configuration.target.driver);
  visit(configuration.target.credentialIssuer);
  return found;
}

/** The role under test, by the call that the driver has. */
function roleOf(configuration: Configuration): Role | undefined {
  const { driver } = configuration.target;
  const member = { issuer: ['offer', 'offers'], wallet: ['open'], verifier: ['request'] } as const;
  return ROLES.find((role) => member[role].some((name) => name in driver));
}
