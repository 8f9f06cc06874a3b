import type { AgainstResult, Cause, Finding, RequirementResult, Results, TestResult } from '../core/results.ts';
import { LEVELS } from '../core/requirements.ts';
import { ROLES } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import type { MessageEntry, TraceEntry } from '../core/trace/entries.ts';
import { VERDICTS } from '../core/verdict.ts';
import type { Verdict } from '../core/verdict.ts';
import { arr, bool, isObject, member, num, obj, str } from '../protocol/json.ts';

/**
 * `results.json` from disk in the shape that core/results.ts promises, whoever wrote the file: what has the wrong type becomes
 * empty, and a verdict that is none becomes `error`, so that nothing turns green by being unreadable.
 * Undefined if it is no results file at all.
 */
export function normaliseResults(value: unknown): Results | undefined {
  if (!isObject(value) || arr(value, 'tests') === undefined || obj(value, 'profile') === undefined) return undefined;
  const environment = obj(value, 'environment');
  const trace = obj(value, 'trace');
  const tool = obj(value, 'tool');
  const profile = obj(value, 'profile');
  const against = obj(value, 'against');
  const tests = list(value, 'tests', testOf);
  return {
    tool: { name: string(tool, 'name'), version: string(tool, 'version') },
    profile: { id: string(profile, 'id'), release: string(profile, 'release') },
    against:
      against === undefined
        ? null
        : { profile: string(against, 'profile'), requirements: list(against, 'requirements', againstOf) },
    role: oneOf(ROLES, member(value, 'role')) ?? 'issuer',
    target: obj(value, 'target') ?? {},
    configuration: obj(value, 'configuration') ?? {},
    environment: {
      node: string(environment, 'node'),
      os: string(environment, 'os'),
      seed: num(environment, 'seed') ?? null,
      clock: string(environment, 'clock'),
      skew: num(environment, 'skew') ?? null,
    },
    catalogues: list(value, 'catalogues', (item) => ({
      id: string(item, 'id'),
      sha256: string(item, 'sha256'),
      requirements: num(item, 'requirements') ?? 0,
    })),
    startedAt: string(value, 'startedAt'),
    finishedAt: string(value, 'finishedAt'),
    trace: { file: string(trace, 'file'), sha256: string(trace, 'sha256'), entries: num(trace, 'entries') ?? 0 },
    verdict: verdictOf(value),
    complete: bool(value, 'complete') ?? false,
    notRun: list(value, 'notRun', (item) => ({ test: string(item, 'test'), reason: string(item, 'reason') })),
    summary: summaryOf(tests),
    tests,
    requirements: list(value, 'requirements', requirementOf),
    causes: list(value, 'causes', causeOf),
  };
}

/** Counted again: a report must not say other numbers than its own table. */
function summaryOf(tests: readonly TestResult[]): Results['summary'] {
  const count = (verdict: Verdict): number => tests.filter((test) => test.verdict === verdict).length;
  return {
    pass: count('pass'),
    fail: count('fail'),
    warning: count('warning'),
    inconclusive: count('inconclusive'),
    notApplicable: count('not-applicable'),
    error: count('error'),
  };
}

function testOf(value: unknown): TestResult {
  return {
    id: string(value, 'id'),
    title: textOf(member(value, 'title')),
    kind: oneOf(['positive', 'negative', 'variant'] as const, member(value, 'kind')) ?? 'positive',
    ...optional(value, 'fault'),
    variant: string(value, 'variant'),
    ...optional(value, 'control'),
    verdict: verdictOf(value),
    ms: num(value, 'ms') ?? 0,
    flows: stringsIn(value, 'flows'),
    findings: list(value, 'findings', findingOf),
  };
}

function findingOf(value: unknown): Finding {
  return {
    check: string(value, 'check'),
    requirements: stringsIn(value, 'requirements'),
    verdict: verdictOf(value),
    message: textOf(member(value, 'message')),
    ...optional(value, 'expected'),
    ...optional(value, 'seen'),
    evidence: (arr(value, 'evidence') ?? []).filter((seq): seq is number => Number.isSafeInteger(seq)),
    ...(bool(value, 'expectedByBaseline') === true ? { expectedByBaseline: true as const } : {}),
  };
}

function requirementOf(value: unknown): RequirementResult {
  return {
    id: string(value, 'id'),
    level: oneOf(LEVELS, member(value, 'level')) ?? 'MUST',
    verdict: verdictOf(value),
    findings: num(value, 'findings') ?? 0,
  };
}

function causeOf(value: unknown): Cause {
  return { message: textOf(member(value, 'message')), verdict: verdictOf(value), tests: stringsIn(value, 'tests') };
}

const STANDINGS = ['conforms', 'deviates-as-prescribed', 'deviates-on-its-own', 'not-judged'] as const;

function againstOf(value: unknown): AgainstResult {
  return {
    id: string(value, 'id'),
    verdict: verdictOf(value),
    standing: oneOf(STANDINGS, member(value, 'standing')) ?? 'not-judged',
    ...optional(value, 'deviation'),
  };
}

/** True for an entry that has all that a report reads of a message. */
export function isMessage(entry: TraceEntry): entry is MessageEntry {
  if (entry.type !== 'message') return false;
  const http = member(entry, 'http');
  const headers = http === undefined ? [] : arr(http, 'headers');
  const body = obj(entry, 'body');
  return (
    Number.isSafeInteger(entry.seq) &&
    Number.isFinite(entry.at) &&
    ['kind', 'author', 'sender', 'receiver', 'channel'].every((name) => str(entry, name) !== undefined) &&
    str(body, 'bytes') !== undefined &&
    num(body, 'size') !== undefined &&
    (str(body, 'encoding') === 'utf8' || str(body, 'encoding') === 'base64') &&
    (http === undefined || num(http, 'status') !== undefined || str(http, 'url') !== undefined) &&
    headers?.every(
      (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'),
    ) === true
  );
}

function string(value: unknown, name: string): string {
  return str(value, name) ?? '';
}

function optional<Name extends string>(value: unknown, name: Name): Partial<Record<Name, string>> {
  const found = str(value, name);
  return found === undefined ? {} : ({ [name]: found } as Partial<Record<Name, string>>);
}

function stringsIn(value: unknown, name: string): readonly string[] {
  return (arr(value, name) ?? []).filter((item): item is string => typeof item === 'string');
}

function list<Item>(value: unknown, name: string, of: (item: unknown) => Item): readonly Item[] {
  return (arr(value, name) ?? []).map((item) => of(item));
}

function textOf(value: unknown): Text {
  const en = str(value, 'en') ?? str(value, 'zh-Hant') ?? '';
  return { en, 'zh-Hant': str(value, 'zh-Hant') ?? en };
}

function verdictOf(value: unknown): Verdict {
  return oneOf(VERDICTS, member(value, 'verdict')) ?? 'error';
}

function oneOf<Item extends string>(items: readonly Item[], value: unknown): Item | undefined {
  return items.find((item) => item === value);
}
