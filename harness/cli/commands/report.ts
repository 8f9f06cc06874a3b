import type { Language } from '../../../core/text.ts';
import { parseReportList, renderReports, ReportError } from '../../../reports/index.ts';
import type { ExitCode } from '../exit.ts';
import { printLines } from '../output.ts';
import { UsageError } from '../usage.ts';

/** `report DIR`: renders a finished run again, from its folder alone. */
export async function reportCommand(
  dir: string,
  options: { readonly report: string; readonly lang: Language },
): Promise<ExitCode> {
  try {
    printLines(
      await renderReports(dir, parseReportList(options.report), { lang: options.lang, stream: process.stdout }),
    );
  } catch (error) {
    if (error instanceof ReportError) throw new UsageError(error.text[options.lang]);
    throw error;
  }
  return 0;
}
