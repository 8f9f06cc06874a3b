import { expect, test } from 'vitest';
import type { TestResult } from '../core/results.ts';
import { applyBaseline, readBaseline } from './baseline.ts';

const NOW = Date.parse('2030-05-05T12:00:00Z');

function result(id: string, verdict: 'fail' | 'pass'): TestResult {
  const finding = {
    check: 'c/one',
    requirements: ['R-1'],
    verdict,
    message: { en: 'x', 'zh-Hant': 'x' },
    evidence: [],
  };
  return { id, title: finding.message, kind: 'positive', variant: '', verdict, ms: 0, flows: [], findings: [finding] };
}

const entry = { test: 'issuer/a*', reason: 'vendor ticket 7', owner: 'mei', until: '2030-05-05' };

test('an expected failure is marked, its verdict stays', () => {
  const { tests, stale } = applyBaseline({ tests: [result('issuer/a/b', 'fail')] }, [entry], NOW);
  expect(tests[0]?.findings[0]).toMatchObject({ verdict: 'fail', expectedByBaseline: true });
  expect(stale).toEqual([]);
});

test('an entry that no longer fails, or whose day is past, is a failure itself', () => {
  expect(applyBaseline({ tests: [result('issuer/a/b', 'pass')] }, [entry], NOW).stale).toHaveLength(1);
  const past = applyBaseline({ tests: [result('issuer/a/b', 'fail')] }, [{ ...entry, until: '2030-05-04' }], NOW);
  expect(past.stale[0]).toContain('2030-05-04');
  expect(past.tests[0]?.findings[0]?.expectedByBaseline).toBeUndefined();
});

test('another test or check is not excused', () => {
  const { tests } = applyBaseline({ tests: [result('wallet/a', 'fail')] }, [entry], NOW);
  expect(tests[0]?.findings[0]?.expectedByBaseline).toBeUndefined();
});

test('a baseline without owner, reason or day is refused with its place', () => {
  expect(readBaseline('expected:\n  - test: issuer/x\n    until: 2030-01-01\n')).toEqual({
    problems: ['expected[0] lacks reason, owner (texts)'],
  });
  expect(readBaseline('[]')).toHaveProperty('problems');
  expect(readBaseline(JSON.stringify({ expected: [entry] }))).toEqual({ expected: [entry] });
});
