import type { SchemaError } from '../../core/schema/compile.ts';
import { pointerTo } from '../../core/schema/documents.ts';
import type { Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import { isObject, obj } from '../../protocol/json.ts';
import { quote } from '../../protocol/read-error.ts';
import { suggest } from './suggest.ts';

/** What is wrong with a configuration, where, and how it is mended. Line and column from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** JSON Pointer to the value, '' for the whole file. */
  readonly pointer: string;
  readonly message: Text;
  readonly mend: Text;
}

/** A problem before its place is known. */
export interface Finding {
  readonly pointer: string;
  readonly at?: 'key' | 'value';
  readonly message: Text;
  readonly mend: Text;
}

/** Says in words what an Ajv error means for the file; undefined for errors that only wrap others. */
export function explain(error: SchemaError): Finding | undefined {
  const { keyword, instancePath: pointer, params } = error;
  const name = pointer === '' ? text('the file', '檔案') : text(`"${last(pointer)}"`, `「${last(pointer)}」`);
  const seen = quote(error.data, 40);
  // The name of a member was judged: the error of `propertyNames` itself follows.
  if (error.propertyName !== undefined) return undefined;
  switch (keyword) {
    case 'if':
      return undefined;
    case 'additionalProperties':
      return unknownMember(error, String(params['additionalProperty']));
    case 'required': {
      const missing = String(params['missingProperty']);
      return {
        pointer,
        message: text(`${name.en} lacks "${missing}"`, `${name['zh-Hant']}缺少「${missing}」`),
        mend: text(`add "${missing}" there`, `請在該處加上「${missing}」`),
      };
    }
    case 'type': {
      const wanted = Array.isArray(params['type']) ? params['type'].join(' / ') : String(params['type']);
      return {
        pointer,
        message: text(`${name.en} is ${seen}`, `${name['zh-Hant']}是 ${seen}`),
        mend: text(`it must be: ${wanted}`, `型別必須是：${wanted}`),
      };
    }
    case 'enum': {
      const allowed = Array.isArray(params['allowedValues']) ? params['allowedValues'].map(String) : [];
      const near = typeof error.data === 'string' ? suggest(error.data, allowed) : undefined;
      return {
        pointer,
        message: text(`${name.en} is ${seen}`, `${name['zh-Hant']}是 ${seen}`),
        mend: didYouMean(near, allowed),
      };
    }
    case 'propertyNames': {
      const written = String(params['propertyName']);
      return {
        pointer: pointerTo(pointer, written),
        at: 'key',
        message: text(
          `"${written}" is no name for a member of ${name.en}`,
          `「${written}」不能作為${name['zh-Hant']}的成員名稱`,
        ),
        mend: text('use letters, digits and hyphens', '請使用英文字母、數字與連字號'),
      };
    }
    case 'pattern':
      return {
        pointer,
        message: text(`${name.en} is ${seen}`, `${name['zh-Hant']}是 ${seen}`),
        mend: described(error, `it must match ${String(params['pattern'])}`, '格式不符'),
      };
    case 'minItems':
    case 'minLength':
      return {
        pointer,
        message: text(`${name.en} is empty`, `${name['zh-Hant']}是空的`),
        mend: text('give at least one, or leave the member out', '請至少填一項，或移除這個成員'),
      };
    default:
      return {
        pointer,
        message: text(`${name.en} is ${seen}`, `${name['zh-Hant']}是 ${seen}`),
        mend: described(error, error.message ?? keyword, '數值超出允許範圍'),
      };
  }
}

function unknownMember(error: SchemaError, unknown: string): Finding {
  const known = Object.keys(obj(error.parentSchema, 'properties') ?? {});
  const near = suggest(unknown, known);
  return {
    pointer: pointerTo(error.instancePath, unknown),
    at: 'key',
    message: text(`"${unknown}" is not known here`, `此處沒有「${unknown}」這個成員`),
    mend: didYouMean(near, known),
  };
}

function didYouMean(near: string | undefined, known: readonly string[]): Text {
  if (near !== undefined) return text(`did you mean "${near}"?`, `是否為「${near}」？`);
  const list = known.join(', ');
  return text(`possible are: ${list}`, `可用的有：${known.join('、')}`);
}

/** The mend for a value of the wrong form: what the schema says of it, else the rule itself. */
function described(error: SchemaError, rule: string, ruleZh: string): Text {
  const schema: unknown = error.parentSchema;
  const description = isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : '';
  const form = FORMS[String(error.params['pattern'])];
  if (form !== undefined) return form;
  const full = description === '' ? rule : `${rule} (${description})`;
  return text(full, `${ruleZh}：${full}`);
}

/** Patterns of the schema in words. */
const FORMS: Readonly<Record<string, Text>> = {
  '^https?://': text('give an absolute http or https URL', '請填完整的 http 或 https 網址'),
  '^https?://[^/?#\\s]+[^?#\\s]*$': text(
    'give an absolute http or https URL without query and fragment',
    '請填完整的 http 或 https 網址，不含查詢字串與片段',
  ),
  '^[A-Za-z][A-Za-z0-9+.-]*:': text(
    'give a link with its scheme, such as openid-credential-offer://?…',
    '請填含有 scheme 的連結，例如 openid-credential-offer://?…',
  ),
  '^(/([^~/]|~[01])*)*$': text(
    'give a JSON Pointer such as /offer/link (it starts with a slash), or "" for the whole answer',
    '請填 JSON Pointer，例如 /offer/link（以斜線開頭），或以 "" 表示整個回應',
  ),
  '^[A-Z]+$': text('write the method in capital letters, such as POST', '請以大寫字母填寫方法，例如 POST'),
  '^[^\\r\\n]*$': text('a header has one line', '標頭只能有一行'),
};

function last(pointer: string): string {
  return pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}
