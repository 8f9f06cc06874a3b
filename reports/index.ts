import { join } from 'node:path';
import type { RequirementIndex } from '../core/requirements.ts';
import { nodeFiles } from '../core/system/files.ts';
import type { Files } from '../core/system/files.ts';
import { text } from '../core/text.ts';
import type { Language } from '../core/text.ts';
import { consoleReport } from './console.ts';
import { harReport } from './har.ts';
import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import type { TextStream } from './progress.ts';
import { readRun, ReportError } from './run.ts';

export { progress } from './progress.ts';
export type { ProgressOptions, RunListener, TextStream } from './progress.ts';
export { ReportError } from './run.ts';

export const REPORT_FORMATS = ['console', 'junit', 'html', 'har', 'markdown'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface RenderOptions {
  readonly lang: Language;
  /** Default this machine's disk. */
  readonly files?: Files;
  /** Where `console` is printed; without it that format prints nothing. */
  readonly stream?: TextStream & { readonly isTTY?: boolean };
  /** Shows secrets. */
  readonly unmasked?: boolean;
  /** Titles of requirements for the HTML page. */
  readonly requirements?: RequirementIndex;
}

/** The list of `--report`: names with commas between them, `all` for all of them. Throws ReportError on an unknown name. */
export function parseReportList(list: string): readonly ReportFormat[] {
  const formats = new Set<ReportFormat>();
  for (const name of list.split(',').map((part) => part.trim())) {
    if (name === '') continue;
    const known = REPORT_FORMATS.filter((format) => name === 'all' || format === name);
    if (known.length === 0) {
      const all = REPORT_FORMATS.join(', ');
      throw new ReportError(
        text(`report format ${name} is not supported; there are: ${all}`, `不支援報告格式 ${name}；可用的有：${all}`),
      );
    }
    for (const format of known) formats.add(format);
  }
  return [...formats];
}

/**
 * Renders reports of a finished run from its folder alone and returns the paths of the files it wrote.
 * They are the owner's only: also masked, they hold what a target answered. Throws ReportError if the folder holds no run.
 */
export async function renderReports(
  dir: string,
  formats: readonly ReportFormat[],
  options: RenderOptions,
): Promise<readonly string[]> {
  const files = options.files ?? nodeFiles();
  const run = await readRun(dir, files, options.unmasked === true ? { unmasked: true } : {});
  const paths: string[] = [];
  const write = async (name: string, content: string): Promise<void> => {
    const path = join(dir, name);
    await files.write(path, content);
    paths.push(path);
  };
  for (const format of formats) {
    switch (format) {
      case 'console':
        options.stream?.write(
          consoleReport(run, {
            lang: options.lang,
            columns: Math.max(40, options.stream.columns ?? 120),
            colour: options.stream.isTTY === true,
          }),
        );
        break;
      case 'junit':
        await write('junit.xml', junitReport(run, options.lang));
        break;
      case 'html':
        await write('report.html', htmlReport(run, options.lang, options.requirements));
        break;
      case 'har':
        await write('trace.har', harReport(run));
        break;
      case 'markdown':
        await write('summary.md', markdownReport(run, options.lang));
        break;
    }
  }
  return paths;
}
