import type { Check, FlowView, RunView } from '../../core/contracts/check.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Test } from '../../core/contracts/test.ts';
import { variantId } from '../../core/contracts/variant.ts';
import type { Role } from '../../core/kinds.ts';
import type { RequirementIndex } from '../../core/requirements.ts';
import type { Cause, Finding, RequirementResult, Summary, TestResult } from '../../core/results.ts';
import type { TraceEntry } from '../../core/trace/entries.ts';
import type { Verdict } from '../../core/verdict.ts';
import { verdictOf, worst } from '../../core/verdict.ts';
import { runView } from '../../suites/view/run.ts';
import { notedReaction } from './noted.ts';
import { applicability } from './applicability.ts';
import { causesOf } from './causes.ts';
import { applyChecks } from './checks.ts';
import type { Attributed } from './checks.ts';
import { excuse } from './excuse.ts';
import type { Controls, Reaction } from './reaction.ts';
import { faultReaction, straightReactions } from './reaction.ts';

export interface JudgeInput {
  readonly entries: readonly TraceEntry[];
  readonly role: Role;
  readonly profile: Profile;
  readonly tests: readonly Test[];
  readonly checks: readonly Check[];
  readonly requirements: RequirementIndex;
  readonly skewMs: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly complete: boolean;
  readonly summary: Summary;
  readonly tests: readonly TestResult[];
  readonly requirements: readonly RequirementResult[];
  readonly causes: readonly Cause[];
}

/** A test that could not be played, and why. */
export interface Unmet {
  readonly test: string;
  readonly reason: string;
}

/**
 * The one function that computes verdicts: from a trace, for a profile and a role. Pure. `unmet`: tests that were wanted and could not be
 * played; they are inconclusive with their reason.
 */
export function judge(input: JudgeInput, unmet: readonly Unmet[] = []): Judgement {
  const { role, profile } = input;
  const byId = new Map([...profile.tests, ...input.tests].map((test) => [test.id, test]));
  const run = runView(input.entries, {
    role,
    profile,
    skewMs: input.skewMs,
    variantOf: (id, variant) => {
      const test = byId.get(id);
      if (test === undefined) return undefined;
      // A flow beside those of the test (a presence probe) has a variant that no test names.
      return [test.variant, test.setup].find((own) => own !== undefined && variantId(own) === variant);
    },
  });
  const observed = applyChecks(run, input.checks);
  const weigh = weigher(input.requirements, profile);
  const missing = new Map(unmet.map((entry) => [entry.test, entry.reason]));
  const played = input.tests.filter((test) => !missing.has(test.id));
  const results = [
    ...played.map((test) => judgeTest(test, byId, run, observed, weigh)),
    ...[...missing].flatMap(([id, reason]) => unmetResult(byId.get(id), reason)),
  ];
  const runWide = observed.filter((entry) => entry.flow === undefined);
  const runFindings = merge(runWide.map(asReaction), weigh);
  const tests = runFindings.length === 0 ? results : [...results, runWideResult(role, runFindings)];
  return {
    verdict: worst(tests.map((test) => test.verdict)),
    complete: tests.every((test) => test.verdict !== 'inconclusive' && test.verdict !== 'error'),
    summary: summarise(tests),
    tests,
    requirements: requirementResults(tests, input.requirements),
    causes: causesOf(tests),
  };
}

type Weigh = (reaction: Weighable) => Finding[];

interface Weighable extends Omit<Reaction, 'check'> {
  readonly check: string;
}

/** Turns an observation into findings, one for each verdict that its requirements get. Ids outside the profile's catalogues say nothing. */
function weigher(index: RequirementIndex, profile: Profile): Weigh {
  return (reaction) => {
    const byVerdict = new Map<Verdict, string[]>();
    for (const id of reaction.requirements) {
      const requirement = index.get(id);
      if (requirement === undefined) continue;
      const firm = reaction.atMost === undefined || profile.severities[id] === 'fail';
      const weighed = verdictOf(reaction.observed, requirement, profile);
      const verdict = weighed === 'fail' && !firm ? 'warning' : weighed;
      byVerdict.set(verdict, [...(byVerdict.get(verdict) ?? []), id]);
    }
    // An obstacle speaks even where no requirement does.
    if (byVerdict.size === 0 && reaction.observed === 'error') byVerdict.set('error', []);
    return [...byVerdict].map(([verdict, requirements]) => ({
      check: reaction.check,
      requirements,
      verdict,
      message: reaction.message,
      ...(reaction.expected === undefined ? {} : { expected: reaction.expected }),
      ...(reaction.seen === undefined ? {} : { seen: reaction.seen }),
      evidence: reaction.evidence,
    }));
  };
}

function asReaction(entry: Attributed): Weighable {
  const { observation } = entry;
  return {
    check: entry.check,
    observed: observation.observed,
    requirements: entry.requirements,
    message: observation.message,
    ...(observation.expected === undefined ? {} : { expected: observation.expected }),
    ...(observation.seen === undefined ? {} : { seen: observation.seen }),
    evidence: observation.evidence,
    ...(observation.atMost === undefined ? {} : { atMost: observation.atMost }),
  };
}

function judgeTest(
  test: Test,
  byId: ReadonlyMap<string, Test>,
  run: RunView,
  observed: readonly Attributed[],
  weigh: Weigh,
): TestResult {
  const flows = run.flows.filter((flow) => flow.test === test.id);
  const stimuli = flows.filter((flow) => !flow.control && flow.variantId === variantId(test.variant));
  const reactions: Weighable[] = [];
  const absent = applicability(test, run);
  if (absent !== undefined) reactions.push(absent);
  else if (test.kind === 'negative') {
    const controls = controlsOf(test, byId, run);
    for (const flow of stimuli) reactions.push(...faultReaction(test, flow, controls, run.role, run.profile));
  } else {
    for (const flow of stimuli) {
      reactions.push(
        ...straightReactions(test, flow, run.role, run.profile, (here, outcome) =>
          excuse(test, here, outcome, run, byId.values()),
        ),
      );
    }
  }
  const { severity } = test;
  const own = severity === undefined ? reactions : reactions.map((entry) => ({ ...entry, atMost: severity }));
  // A control of others alone is no run of the test: what its checks saw must not make it green.
  const checked = absent === undefined && stimuli.length > 0 ? checksOf(test, flows, observed) : [];
  const judged = merge([...own, ...checked], weigh);
  const explained = judged.some((finding) => finding.verdict === 'fail' || finding.verdict === 'warning');
  const silent = explained || absent !== undefined || test.kind === 'negative';
  const noted = silent ? [] : stimuli.flatMap((flow) => notedReaction(test, flow) ?? []);
  const findings = [...judged, ...merge(noted, weigh)];
  return {
    id: test.id,
    title: test.title,
    kind: test.kind,
    ...(test.fault === undefined ? {} : { fault: test.fault }),
    variant: variantId(test.variant),
    ...(test.control === undefined ? {} : { control: test.control }),
    verdict: worst(findings.map((finding) => finding.verdict)),
    ms: flows.reduce((sum, flow) => sum + duration(flow, run), 0),
    flows: flows.map((flow) => flow.id),
    findings,
  };
}

function unmetResult(test: Test | undefined, reason: string): TestResult[] {
  if (test === undefined) return [];
  const { id, title, kind, fault, control, requirements } = test;
  return [
    {
      id,
      title,
      kind,
      ...(fault === undefined ? {} : { fault }),
      variant: variantId(test.variant),
      ...(control === undefined ? {} : { control }),
      verdict: 'inconclusive',
      ms: 0,
      flows: [],
      findings: [
        {
          check: 'harness',
          requirements,
          verdict: 'inconclusive',
          message: { en: `Not played: ${reason}`, 'zh-Hant': `未執行：${reason}` },
          evidence: [],
        },
      ],
    },
  ];
}

/** Straight flows of the control test, by place relative to the fault's flow. */
function controlsOf(test: Test, byId: ReadonlyMap<string, Test>, run: RunView): Controls {
  const control = test.control === undefined ? undefined : byId.get(test.control);
  if (control === undefined) return { before: [], after: [] };
  const wanted = variantId(test.variant);
  const before: FlowView[] = [];
  const after: FlowView[] = [];
  let reached = false;
  for (const flow of run.flows) {
    if (flow.test === test.id) reached = true;
    else if (flow.test === control.id && flow.fault === undefined && flow.variantId === wanted)
      (reached ? after : before).push(flow);
  }
  // The nearest ones on each side decide; an earlier hiccup says nothing about this group.
  return { before: before.slice(-1), after: after.slice(0, 1) };
}

/**
 * What checks saw in the flows of a test. In a negative test only what came after the fault counts: the straight part
 * before it is judged where it is the subject.
 */
function checksOf(test: Test, flows: readonly FlowView[], observed: readonly Attributed[]): Weighable[] {
  const own = new Set(flows);
  const sent = new Map<FlowView, number>();
  if (test.kind === 'negative') {
    for (const flow of flows) {
      const event = flow.events.find((entry) => entry.event === 'fault-sent');
      sent.set(flow, event?.event === 'fault-sent' ? event.message : Number.POSITIVE_INFINITY);
    }
  }
  return observed
    .filter((entry) => {
      if (entry.flow === undefined || !own.has(entry.flow)) return false;
      const from = sent.get(entry.flow);
      // The first piece of evidence is the judged message; what it is compared with may be older (metadata).
      const judged = entry.observation.evidence[0];
      return from === undefined || judged === undefined || judged > from;
    })
    .map(asReaction);
}

/** Equal findings of one check become one, with all evidence; a pass is kept once. */
function merge(reactions: readonly Weighable[], weigh: Weigh): Finding[] {
  const byKey = new Map<string, Finding>();
  for (const finding of reactions.flatMap(weigh)) {
    const detail = finding.verdict === 'pass' ? '' : finding.message.en;
    const key = JSON.stringify([finding.check, finding.verdict, finding.requirements, detail]);
    const known = byKey.get(key);
    byKey.set(
      key,
      known === undefined
        ? finding
        : { ...known, evidence: [...new Set([...known.evidence, ...finding.evidence])].slice(0, MAX_EVIDENCE) },
    );
  }
  return [...byKey.values()];
}

const MAX_EVIDENCE = 50;

function runWideResult(role: Role, findings: readonly Finding[]): TestResult {
  return {
    id: `${role}/run/whole-run`,
    title: { en: 'Over all flows of the run', 'zh-Hant': '整次執行的所有流程' },
    kind: 'positive',
    variant: '',
    verdict: worst(findings.map((finding) => finding.verdict)),
    ms: 0,
    flows: [],
    findings,
  };
}

function duration(flow: FlowView, _run: RunView): number {
  const first = flow.events[0]?.at ?? flow.messages[0]?.entry.at;
  const last = Math.max(flow.events.at(-1)?.at ?? 0, flow.messages.at(-1)?.entry.at ?? 0);
  return first === undefined ? 0 : Math.max(0, last - first);
}

function summarise(tests: readonly TestResult[]): Summary {
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

function requirementResults(tests: readonly TestResult[], index: RequirementIndex): RequirementResult[] {
  const byId = new Map<string, Verdict[]>();
  for (const finding of tests.flatMap((test) => test.findings)) {
    for (const id of finding.requirements) byId.set(id, [...(byId.get(id) ?? []), finding.verdict]);
  }
  return index.all().flatMap((requirement) => {
    const verdicts = byId.get(requirement.id);
    if (verdicts === undefined) return [];
    return [{ id: requirement.id, level: requirement.level, verdict: worst(verdicts), findings: verdicts.length }];
  });
}
