import type { Text } from '../text.ts';
import { text } from '../text.ts';
import { preview } from './bound.ts';
import type { SchemaError } from './compile.ts';
import { isNode } from './documents.ts';
import { FORMATS } from './formats.ts';

const TYPE_NAMES: Readonly<Record<string, Text>> = {
  object: text('an object', '物件'),
  array: text('an array', '陣列'),
  string: text('a string', '字串'),
  number: text('a number', '數字'),
  integer: text('an integer', '整數'),
  boolean: text('true or false', '布林值'),
  null: text('null', 'null'),
};

interface Description {
  readonly message: Text;
  readonly expected: string;
}

/** What an error says to a reader, and in short what was expected. */
export function describe(error: SchemaError): Description {
  const { keyword, params, schema } = error;
  switch (keyword) {
    case 'required': {
      const name = String(params['missingProperty']);
      return said(`member "${name}"`, text(`member "${name}" is missing`, `缺少成員「${name}」`));
    }
    case 'type': {
      const types = (Array.isArray(schema) ? schema : [schema]).map((type) => TYPE_NAMES[String(type)]);
      const en = types.map((type) => type?.en).join(' or ');
      return said(en, text(`must be ${en}`, `必須是${types.map((type) => type?.['zh-Hant']).join('或')}`));
    }
    case 'const':
      return said(preview(schema), text(`must be exactly ${preview(schema)}`, `必須恰為 ${preview(schema)}`));
    case 'enum': {
      const list = Array.isArray(schema) ? schema.map(preview).join(', ') : preview(schema);
      return said(`one of ${list}`, text(`must be one of ${list}`, `必須是下列之一：${list}`));
    }
    case 'format':
      return formatted(String(schema));
    case 'pattern':
      return said(
        `matches ${String(schema)}`,
        text(`has not the prescribed form (${String(schema)})`, `格式不符（${String(schema)}）`),
      );
    case 'minItems':
      return atLeast(schema, 'elements', '個元素');
    case 'maxItems':
      return atMost(schema, 'elements', '個元素');
    case 'minProperties':
      return atLeast(schema, 'members', '個成員');
    case 'maxProperties':
      return atMost(schema, 'members', '個成員');
    case 'minLength':
      return atLeast(schema, 'characters', '個字元');
    case 'maxLength':
      return atMost(schema, 'characters', '個字元');
    case 'minimum':
      return said(
        `>= ${String(schema)}`,
        text(`must be ${String(schema)} or more`, `必須大於或等於 ${String(schema)}`),
      );
    case 'maximum':
      return said(
        `<= ${String(schema)}`,
        text(`must be ${String(schema)} or less`, `必須小於或等於 ${String(schema)}`),
      );
    case 'exclusiveMinimum':
      return said(`> ${String(schema)}`, text(`must be more than ${String(schema)}`, `必須大於 ${String(schema)}`));
    case 'x-unique': {
      const member = isNode(schema) && typeof schema['member'] === 'string' ? schema['member'] : undefined;
      return member === undefined
        ? said('no element twice', text('holds an element twice', '有重複的元素'))
        : said(`"${member}" unique`, text(`two elements have the same "${member}"`, `有兩個元素的「${member}」相同`));
    }
    case 'x-refers': {
      const [from, to] = isNode(schema) ? [String(schema['from']), String(schema['to'])] : ['', ''];
      return said(
        `values of ${from} among ${to}`,
        text(`${from} names something that is not among ${to}`, `${from} 提到的值不在 ${to} 之中`),
      );
    }
    case 'not':
      return forbidden(schema);
    case 'anyOf':
    case 'oneOf':
      return said('one of the permitted forms', text('has none of the permitted forms', '不符合任何一種允許的形式'));
    default:
      return said(
        `${keyword} ${preview(schema)}`,
        text(`breaks ${keyword} ${preview(schema)}`, `違反 ${keyword} ${preview(schema)}`),
      );
  }
}

function said(expected: string, message: Text): Description {
  return { expected, message };
}

function formatted(name: string): Description {
  const label =
    FORMATS[name]?.label ?? text(name === 'uri' ? 'an absolute URI' : name, name === 'uri' ? '絕對 URI' : name);
  return said(label.en, text(`must be ${label.en}`, `必須是${label['zh-Hant']}`));
}

function atLeast(count: unknown, unit: string, unitZh: string): Description {
  return said(
    `at least ${String(count)} ${unit}`,
    text(`must have at least ${String(count)} ${unit}`, `至少要有 ${String(count)} ${unitZh}`),
  );
}

function atMost(count: unknown, unit: string, unitZh: string): Description {
  return said(
    `at most ${String(count)} ${unit}`,
    text(`must have at most ${String(count)} ${unit}`, `最多只能有 ${String(count)} ${unitZh}`),
  );
}

function forbidden(schema: unknown): Description {
  const names = membersOf(schema);
  if (names.length === 0) {
    return said(`not ${preview(schema)}`, text(`must not match ${preview(schema)}`, `不得符合 ${preview(schema)}`));
  }
  const list = names.map((name) => `"${name}"`).join(', ');
  return said(`no ${list}`, text(`must not have ${list}`, `不得有 ${list}`));
}

/** Names of members that a `not` forbids: `required` of it, directly or in an anyOf. */
export function membersOf(schema: unknown): readonly string[] {
  if (!isNode(schema)) return [];
  const direct = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const nested = Array.isArray(schema['anyOf']) ? schema['anyOf'].flatMap(membersOf) : [];
  return [...direct, ...nested];
}
