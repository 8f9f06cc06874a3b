import { DriverError } from '../../core/contracts/driver.ts';
import type { HttpResponse } from '../../core/http.ts';
import { fromUtf8, header, mediaType } from '../../core/http.ts';

/** The target does not want to be called any more (429, firewall): the run stops, the rest is inconclusive under this one cause. */
export class StopError extends DriverError {
  readonly stop = true;
  constructor(reason: string, options?: ErrorOptions) {
    super('refused', reason, options);
  }
}

/** True if no further test should be tried at the target. */
export function stopsRun(error: unknown): error is StopError {
  return error instanceof StopError;
}

/** Wording of pages that firewalls and bot filters put in front of a target. */
const FIREWALL_PAGE =
  /attention required!? \| cloudflare|cf-error-details|just a moment\.\.\.|request unsuccessful\. incapsula|the requested url was rejected\. please consult|errors\.edgesuite\.net|aws ?waf|access denied[^]{0,400}reference #|sucuri website firewall|blocked by [a-z ]*firewall|\bcaptcha\b/i;

/** Why a response means that the target has shut us out; undefined for every other response, refusals included. */
export function shutOutBy(response: HttpResponse): string | undefined {
  if (response.status === 429) {
    const after = header(response.headers, 'retry-after');
    const wait = after === undefined ? '' : `, Retry-After: ${after.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)}`;
    return `429 Too Many Requests${wait}`;
  }
  if (response.status < 400) return undefined;
  if (header(response.headers, 'cf-mitigated') !== undefined) return `a bot filter (cf-mitigated, ${response.status})`;
  if (mediaType(response.headers) !== 'text/html') return undefined;
  const page = fromUtf8(response.body.subarray(0, 20_000));
  return FIREWALL_PAGE.test(page) ? `a firewall's page (${response.status})` : undefined;
}
