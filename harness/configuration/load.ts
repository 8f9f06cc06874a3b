import { LineCounter, parseDocument } from 'yaml';
import type { Role } from '../../core/kinds.ts';
import { errorsOf } from '../../core/schema/compile.ts';
import { SCHEMA_BASE, documentOf } from '../../core/schema/documents.ts';
import { text } from '../../core/text.ts';
import { isObject, obj, str } from '../../protocol/json.ts';
import { at, positionOf } from './positions.ts';
import { explain } from './problems.ts';
import type { Finding, Problem } from './problems.ts';
import { fillSecrets, removeSecrets } from './secrets.ts';
import { suggest } from './suggest.ts';
import type { Configuration } from './types.ts';

export interface LoadOptions {
  /** Role under test: the driver must fit it. */
  readonly role?: Role;
  /** Types of drivers that profiles bring along. */
  readonly driverTypes?: readonly string[];
}

export interface Loaded {
  readonly configuration: Configuration;
  /** The same without secrets, for `results.json`. */
  readonly effective: Readonly<Record<string, unknown>>;
  /** Values that must not be shown: those of the environment, and literal ones. */
  readonly secrets: readonly string[];
  /** A problem that shows later (a file that it names is missing), with its place. */
  readonly problemAt: (finding: Finding) => Problem;
}

export type Loading = Loaded | { readonly problems: readonly Problem[] };

/** A larger file is not a configuration. */
const MAX_LENGTH = 1024 * 1024;
/** More problems than this are noise. */
const MAX_PROBLEMS = 20;

const BUILT_IN: Readonly<Record<Role, readonly string[]>> = {
  issuer: ['static', 'http', 'command', 'manual'],
  wallet: ['http', 'command', 'manual'],
  verifier: ['http', 'command', 'manual'],
};
/** Member that makes an http or command driver one of a role. */
const ROLE_MEMBER: Readonly<Record<Role, string>> = { issuer: 'offer', wallet: 'open', verifier: 'request' };

/**
 * Reads a configuration in YAML or JSON, fills `${ENV:NAME}` and checks it against `schemas/configuration.schema.json`, before anything is
 * sent. Never throws for the text's sake: everything that is wrong with it comes back as problems with line, column and mend.
 */
export function loadConfiguration(
  source: string,
  fileName: string,
  env: Readonly<Record<string, string | undefined>>,
  options: LoadOptions = {},
): Loading {
  const problem = (line: number, column: number, finding: Finding): Problem => {
    const { pointer, message, mend } = finding;
    return { file: fileName, line, column, pointer, message, mend };
  };
  if (source.length > MAX_LENGTH) {
    const message = text('the file has more than 1 MiB', '檔案超過 1 MiB');
    const mend = text('give the configuration of a target', '請提供目標的設定檔');
    return { problems: [problem(1, 1, { pointer: '', message, mend })] };
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.slice(0, MAX_PROBLEMS).map((error) => {
        const { line, column } = at(lines, error.pos[0]);
        return problem(line, column, syntaxFinding(error.message));
      }),
    };
  }
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    return { problems: [problem(1, 1, syntaxFinding(error instanceof Error ? error.message : String(error)))] };
  }
  const filled = fillSecrets(raw, env);
  const unset = filled.unset.map(unsetFinding);
  const problemAt = (finding: Finding): Problem => {
    const { line, column } = positionOf(document, lines, finding.pointer, finding.at);
    return problem(line, column, finding);
  };
  const findings = [...unset, ...judge(filled.value, options, new Set(unset.map(({ pointer }) => pointer)))];
  if (findings.length > 0) {
    return { problems: findings.slice(0, MAX_PROBLEMS).map(problemAt) };
  }
  const literal = new Set<string>();
  const effective = removeSecrets(raw, literal);
  return {
    configuration: filled.value as Configuration,
    effective: isObject(effective) ? effective : {},
    secrets: [...filled.secrets, ...literal],
    problemAt,
  };
}

function judge(value: unknown, options: LoadOptions, skip: ReadonlySet<string>): Finding[] {
  if (!isObject(value)) {
    return [
      {
        pointer: '',
        message: text('the file is not an object', '檔案內容不是物件'),
        mend: text(
          'start with "target:"; `touchstone init ROLE` writes an example',
          '請以「target:」開頭；`touchstone init ROLE` 可產生範例',
        ),
      },
    ];
  }
  const driver = driverFindings(value, options);
  // What the schema says about the driver would be about another role, or about an unknown type.
  if (driver.length > 0) return driver;
  const schema = documentOf(`${SCHEMA_BASE}configuration.schema.json`);
  if (schema === undefined) throw new Error('the schema of the configuration is missing: the installation is broken');
  return errorsOf(schema, '', value)
    .map(explain)
    .filter((finding): finding is Finding => finding !== undefined && !skip.has(finding.pointer));
}

/** What no schema can say well: whether the driver exists, and fits the role. */
function driverFindings(value: Readonly<Record<string, unknown>>, { role, driverTypes = [] }: LoadOptions): Finding[] {
  const driver = obj(obj(value, 'target'), 'driver');
  const type = str(driver, 'type');
  if (driver === undefined || type === undefined) return [];
  const builtIn = role === undefined ? [...new Set(Object.values(BUILT_IN).flat())] : BUILT_IN[role];
  const known = [...builtIn, ...driverTypes];
  if (!known.includes(type)) {
    const near = suggest(type, known);
    return [
      {
        pointer: '/target/driver/type',
        message: text(
          `there is no driver "${type}"${role === undefined ? '' : ` for a target of role ${role}`}`,
          `沒有「${type}」這種驅動方式${role === undefined ? '' : `可用於 ${role}`}`,
        ),
        mend:
          near === undefined
            ? text(`possible are: ${known.join(', ')}`, `可用的有：${known.join('、')}`)
            : text(`did you mean "${near}"?`, `是否為「${near}」？`),
      },
    ];
  }
  if (role === undefined || (type !== 'http' && type !== 'command')) return [];
  const wanted = ROLE_MEMBER[role];
  const other = Object.values(ROLE_MEMBER).find((name) => name !== wanted && name in driver);
  if (wanted in driver || other === undefined) return [];
  return [
    {
      pointer: `/target/driver/${other}`,
      at: 'key',
      message: text(`"${other}" is for another role than ${role}`, `「${other}」不是用於 ${role} 角色`),
      mend: text(`a ${role} is driven by "${wanted}"`, `${role} 須以「${wanted}」驅動`),
    },
  ];
}

function unsetFinding({ pointer, name }: { readonly pointer: string; readonly name: string }): Finding {
  const valid = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  return {
    pointer,
    message: valid
      ? text(`the environment variable ${name} is not set`, `環境變數 ${name} 未設定`)
      : text(`"${name}" is no name of an environment variable`, `「${name}」不是環境變數名稱`),
    mend: valid
      ? text(`set it: export ${name}=…`, `請設定：export ${name}=…`)
      : text('write ${ENV:NAME}', '請寫成 ${ENV:NAME}'),
  };
}

function syntaxFinding(message: string): Finding {
  const reason = message.replace(/\s+/g, ' ').slice(0, 200);
  return {
    pointer: '',
    message: text(`this is neither YAML nor JSON: ${reason}`, `不是正確的 YAML 或 JSON：${reason}`),
    mend: text(
      'mend the line; texts with ": ", "#" or "{" at the start need quotation marks',
      '請修正該行；含有「: 」、「#」或以「{」開頭的文字須加引號',
    ),
  };
}
