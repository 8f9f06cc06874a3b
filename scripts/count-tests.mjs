// node scripts/count-tests.mjs REPORT.json… [FAILED PART]…: adds up vitest's JSON reports and prints `N passed, N failed` as the
// last line. What failed outside of a test (a part of CI, a report that is missing or empty, a file that did not load) counts as
// one failure each, so that the line never says 0 failed for a run that is red.
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
const reasons = [];
const parts = [];

for (const argument of process.argv.slice(2)) {
  if (!argument.endsWith('.json')) {
    parts.push(argument);
    continue;
  }
  let report;
  try {
    report = JSON.parse(readFileSync(argument, 'utf8'));
  } catch {
    reasons.push(`no report of tests: ${argument}`);
    failed += 1;
    continue;
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  if (report.numPassedTests + report.numFailedTests === 0) {
    reasons.push(`no test ran: ${argument}`);
    failed += 1;
  }
  for (const file of report.testResults) {
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
      reasons.push(`${file.name}: ${file.message}`);
      failed += 1;
    }
  }
}
for (const part of parts) {
  // A part that runs tests has failed because of those counted above, unless there are none: then something else went wrong in it.
  if (!part.startsWith('tests') || failed === 0) failed += 1;
  reasons.push(part);
}
for (const reason of reasons) console.log(`failed: ${reason}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
