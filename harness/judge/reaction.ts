import type { FlowView, MessageView } from '../../core/contracts/check.ts';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { Role } from '../../core/kinds.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import type { Observed } from '../../core/verdict.ts';
import { header } from '../../core/http.ts';
import { str } from '../../protocol/json.ts';
import { readWwwAuthenticate } from '../../protocol/oauth.ts';
import type { FlowOutcome } from './outcome.ts';
import { outcomeOf } from './outcome.ts';

/** One observation about the reaction to a stimulus, before levels are weighed. */
export interface Reaction {
  readonly check: 'reaction' | 'reaction/says' | 'control' | 'applicability' | 'harness';
  readonly observed: Observed;
  readonly requirements: readonly string[];
  readonly message: Text;
  readonly expected?: string;
  readonly seen?: string;
  readonly evidence: readonly number[];
  /** A violation is worth this at most (`Test.severity`). */
  readonly atMost?: 'warning';
}

/** Why a legal flow that did not reach its goal breaks no obligation that could be named; undefined if it does. */
export type Excuse = (flow: FlowView, outcome: FlowOutcome) => Text | undefined;

/** Judges whether a straight flow reached its goal; where the user declines, also how the wallet says so. */
export function straightReactions(
  test: Test,
  flow: FlowView,
  role: Role,
  profile: Profile,
  excuse: Excuse = () => undefined,
): Reaction[] {
  const outcome = outcomeOf(flow, role, profile);
  const says = test.says === undefined ? [] : saysSo(test.says, flow, -1, outcome);
  return [straightReaction(test, outcome, flow, excuse), ...says];
}

function straightReaction(test: Test, outcome: FlowOutcome, flow: FlowView, excuse: Excuse): Reaction {
  const base = {
    check: 'reaction' as const,
    requirements: test.requirements,
    evidence: outcome.evidence,
    seen: outcome.detail,
  };
  if (outcome.trouble !== undefined) return troubled(outcome, test);
  if (test.variant.kind === 'presentation' && test.variant.consent === 'decline') return declined(base, outcome, flow);
  switch (outcome.value) {
    case 'accepted':
      return { ...base, observed: 'met', message: text('The flow reached its goal.', '流程達成目標。') };
    case 'refused':
    case 'crashed':
    case 'nothing': {
      const excused = excuse(flow, outcome);
      if (excused !== undefined) {
        return {
          ...base,
          observed: 'unjudged',
          expected: 'accepted',
          message: text(
            `A legal flow did not reach its goal (${outcome.value}): ${excused.en}.`,
            `合法的流程未達成目標（${OUTCOME_ZH[outcome.value]}）：${excused['zh-Hant']}。`,
          ),
        };
      }
      return {
        ...base,
        observed: 'violated',
        expected: 'accepted',
        message: text(
          `A legal flow did not reach its goal (${outcome.value}): ${outcome.detail}`,
          `合法的流程未達成目標（${OUTCOME_ZH[outcome.value]}）：${outcome.detail}`,
        ),
      };
    }
    default:
      return {
        ...base,
        observed: 'unjudged',
        message: text(
          `How the flow ended could not be told: ${outcome.detail}`,
          `無法判定流程如何結束：${outcome.detail}`,
        ),
      };
  }
}

/** True if the target handled a presentation request or response over HTTP: a wallet's own message, a verifier's answer to one. */
function tookPart(flow: FlowView): boolean {
  return ['request-uri-request', 'presentation-response'].some((kind) =>
    flow
      .all(kind)
      .some(
        (message) =>
          message.author === 'sut' || (kind === 'presentation-response' && message.counterpart?.author === 'sut'),
      ),
  );
}

/** The user declines: the goal is that nothing is released. How the wallet puts it is judged by `says`. */
function declined(base: Omit<Reaction, 'observed' | 'message'>, outcome: FlowOutcome, flow: FlowView): Reaction {
  const expected = 'declined-by-user';
  // A target that takes no part releases nothing, either: that proves nothing (DESIGN rule 3).
  if (outcome.value !== 'accepted' && !tookPart(flow)) {
    return {
      ...base,
      expected,
      observed: 'unjudged',
      message: text('The target took no part in the presentation.', '受測系統未參與此次出示。'),
    };
  }
  switch (outcome.value) {
    case 'declined-by-user':
    case 'refused':
    case 'nothing':
      return { ...base, observed: 'met', message: text('Nothing was released.', '未釋出任何資料。') };
    case 'accepted':
      return {
        ...base,
        expected,
        observed: 'violated',
        message: text('Data were released although the user declined.', '使用者已拒絕，資料仍被釋出。'),
      };
    default:
      return {
        ...base,
        expected,
        observed: 'unjudged',
        message: text(
          `How the flow ended could not be told: ${outcome.detail}`,
          `無法判定流程如何結束：${outcome.detail}`,
        ),
      };
  }
}

/** The controls of a negative test: straight flows before and after the group of faults. */
export interface Controls {
  readonly before: readonly FlowView[];
  readonly after: readonly FlowView[];
}

/**
 * Judges the reaction to a fault: refused is right, provided that the controls were accepted and the fault really left
 * (DESIGN rules 1, 2, 3). A second observation says how the refusal was put on the wire.
 */
export function faultReaction(
  test: Test,
  flow: FlowView,
  controls: Controls,
  role: Role,
  profile: Profile,
): Reaction[] {
  const early = outcomeOf(flow, role, profile);
  if (early.trouble !== undefined) return [troubled(early, test)];
  const control = controlProblem(controls, role, profile);
  if (control !== undefined) return [{ ...control, requirements: test.requirements }];
  const sent = flow.events.find((event) => event.event === 'fault-sent' && event.fault === test.fault);
  if (sent?.event !== 'fault-sent') {
    return [
      {
        check: 'harness',
        observed: 'unjudged',
        requirements: test.requirements,
        evidence: early.evidence,
        seen: early.detail,
        message: text(
          `The faulty message was never sent: the flow ended before its step (${early.detail}).`,
          `錯誤訊息未曾送出：流程在該步驟之前已結束（${early.detail}）。`,
        ),
      },
    ];
  }
  const outcome = outcomeOf(flow, role, profile, sent.message);
  const refused = mustRefuse(test, outcome, sent.message);
  const says = test.says === undefined ? [] : saysSo(test.says, flow, sent.message, outcome);
  return [refused, ...says];
}

const OUTCOME_ZH: Readonly<Record<string, string>> = {
  refused: '遭拒絕',
  crashed: '當機或無回應',
  nothing: '毫無動作',
};

function troubled(outcome: FlowOutcome, test: Test): Reaction {
  const own = outcome.trouble?.kind === 'harness-error';
  return {
    check: 'harness',
    observed: own ? 'error' : 'unjudged',
    requirements: test.requirements,
    evidence: outcome.evidence,
    message: own
      ? text(`Error of the harness itself: ${outcome.detail}`, `測試工具本身發生錯誤：${outcome.detail}`)
      : text(`Could not be judged: ${outcome.detail}`, `無法判定：${outcome.detail}`),
  };
}

/** Undefined if every control was accepted and there is one on each side. */
function controlProblem(controls: Controls, role: Role, profile: Profile): Omit<Reaction, 'requirements'> | undefined {
  for (const [place, flows] of [
    ['before', controls.before],
    ['after', controls.after],
  ] as const) {
    if (flows.length === 0) {
      return {
        check: 'control',
        observed: 'unjudged',
        evidence: [],
        message: text(
          `There is no control flow ${place} the fault.`,
          `錯誤流程${place === 'before' ? '之前' : '之後'}沒有對照流程。`,
        ),
      };
    }
    for (const flow of flows) {
      const outcome = outcomeOf(flow, role, profile);
      if (outcome.value === 'accepted') continue;
      return {
        check: 'control',
        observed: 'unjudged',
        evidence: outcome.evidence,
        seen: outcome.detail,
        message: text(
          `The control (same flow without the fault) was not accepted: ${outcome.detail}. A refusal proves nothing.`,
          `對照流程（相同但無錯誤）未被接受：${outcome.detail}。因此拒絕不能證明什麼。`,
        ),
      };
    }
  }
  return undefined;
}

function mustRefuse(test: Test, outcome: FlowOutcome, sent: number): Reaction {
  const base = {
    check: 'reaction' as const,
    requirements: test.requirements,
    expected: 'refused',
    seen: `${outcome.value}: ${outcome.detail}`,
    evidence: outcome.evidence.length > 0 ? [...outcome.evidence, sent] : [sent],
  };
  switch (outcome.value) {
    case 'refused':
    case 'nothing':
      return { ...base, observed: 'met', message: text('The faulty message was refused.', '錯誤訊息已被拒絕。') };
    case 'accepted':
      return { ...base, observed: 'violated', message: text('The faulty message was accepted.', '錯誤訊息竟被接受。') };
    case 'crashed':
      return {
        ...base,
        observed: 'unjudged',
        message: text(
          `The system crashed or fell silent instead of refusing: ${outcome.detail}`,
          `系統當機或無回應，而非明確拒絕：${outcome.detail}`,
        ),
      };
    default:
      return {
        ...base,
        observed: 'unjudged',
        message: text(
          `Whether the faulty message was refused could not be told (${outcome.value}).`,
          `無法判定錯誤訊息是否被拒絕（${outcome.value}）。`,
        ),
      };
  }
}

/** A server refuses with an error answer, a wallet with an error response that it posts (OpenID4VP 8.5), or a notification (OpenID4VCI 11). */
function isRefusal(message: MessageView): boolean {
  if (message.kind === 'presentation-payload') return str(message.value, 'error') !== undefined;
  if (message.kind === 'notification-request') return str(message.value, 'event') !== 'credential_accepted';
  return message.kind.endsWith('-error');
}

/** The wire form of a refusal: judged only if there is a refusal (or a crash, which says nothing as demanded). */
function saysSo(says: NonNullable<Test['says']>, flow: FlowView, sent: number, outcome: FlowOutcome): Reaction[] {
  if (!['refused', 'crashed', 'declined-by-user'].includes(outcome.value)) return [];
  const reply = flow.messages.find((message) => message.seq > sent && message.author === 'sut' && isRefusal(message));
  if (reply === undefined) return [];
  if (reply.kind !== says.kind) {
    return [
      {
        check: 'reaction/says',
        observed: 'unjudged',
        requirements: says.requirements,
        expected: says.kind,
        seen: reply.kind,
        evidence: [reply.seq],
        message: text('It was refused at another endpoint than expected.', '在預期以外的端點被拒絕。'),
      },
    ];
  }
  const { error, bare } = errorOf(reply);
  const status = reply.status;
  const statusRight = says.status === undefined || (status !== undefined && says.status.includes(status));
  // A challenge should have a code, but need not (RFC 6750 3.1).
  const errorRight = says.error === undefined || bare || (error !== undefined && says.error.includes(error));
  const expected = [says.status?.join(' or '), says.error?.join(' or ')].filter((part) => part !== undefined).join(' ');
  return [
    {
      check: 'reaction/says',
      observed: statusRight && errorRight ? 'met' : 'violated',
      requirements: says.requirements,
      expected,
      seen: [status, error ?? '(no error code)'].join(' '),
      evidence: [reply.seq],
      message:
        statusRight && errorRight
          ? text('The refusal has the right status and error code.', '拒絕的狀態碼與錯誤碼正確。')
          : text(
              'The refusal has another status or error code than the specification demands.',
              '拒絕的狀態碼或錯誤碼與規範不符。',
            ),
    },
  ];
}

/** Error code of an answer: from its body, else from its challenge; `bare` is a challenge without any. */
function errorOf(reply: MessageView): { readonly error: string | undefined; readonly bare: boolean } {
  if (reply.kind === 'notification-request') return { error: str(reply.value, 'event'), bare: false };
  const own = str(reply.value, 'error');
  const challenge = header(reply.entry.http?.headers ?? [], 'www-authenticate');
  if (own !== undefined || challenge === undefined) return { error: own, bare: false };
  const { challenges } = readWwwAuthenticate(challenge);
  const error = challenges.flatMap((one) => one.parameters).find(([name]) => name === 'error')?.[1];
  return { error, bare: error === undefined };
}
