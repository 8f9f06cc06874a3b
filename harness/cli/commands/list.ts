import type { Profile } from '../../../core/contracts/profile.ts';
import type { Role } from '../../../core/kinds.ts';
import { subjects } from '../../../core/requirements.ts';
import type { Language } from '../../../core/text.ts';
import { FAULTS, PROFILES } from '../../registry.ts';
import { loadRequirements } from '../../requirements.ts';
import type { ExitCode } from '../exit.ts';
import { printJson, printLines, say, table } from '../output.ts';
import { wantedProfile } from '../profiles.ts';

interface Options {
  readonly role?: Role;
  readonly profile?: string;
  readonly lang?: Language;
  readonly json?: boolean;
}

/** `list`: what there is, for people or as JSON. */
export async function listCommand(what: string, options: Options): Promise<ExitCode> {
  const rows = rowsOf(what, options);
  if (options.json === true) printJson({ [what]: rows });
  else printLines(table(rows.map((row) => Object.values(row).map(cell))));
  return 0;
}

function cell(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.join(' ');
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function rowsOf(what: string, options: Options): readonly Readonly<Record<string, unknown>>[] {
  const profile = what === 'profiles' ? undefined : wantedProfile(options.profile);
  switch (what) {
    case 'tests':
      return testRows(profile as Profile, options);
    case 'checks':
      return (profile as Profile).checks
        .filter((check) => options.role === undefined || check.roles.includes(options.role))
        .map((check) => ({
          id: check.id,
          scope: check.scope,
          roles: check.roles,
          title: shown(check.title, options),
          requirements: check.requirements,
        }));
    case 'requirements':
      return loadRequirements((profile as Profile).catalogues)
        .all()
        .filter((requirement) => options.role === undefined || speaksTo(options.role, subjects(requirement)))
        .map(({ id, level, subject, observable, text }) => ({ id, level, subject, observable, text }));
    case 'faults':
      return FAULTS.filter((fault) => options.role === undefined || fault.role === options.role).map((fault) => ({
        id: fault.id,
        role: fault.role,
        step: fault.step,
        refusedBy: fault.refusedBy,
        title: shown(fault.title, options),
      }));
    default:
      return PROFILES.map((entry) => ({
        id: entry.id,
        title: shown(entry.title, options),
        release: entry.release,
        catalogues: entry.catalogues,
        tests: entry.tests.length,
        checks: entry.checks.length,
      }));
  }
}

/** With --json both languages, else the one that was asked for. */
function shown(title: { readonly en: string; readonly 'zh-Hant': string }, options: Options): unknown {
  return options.json === true ? title : say(title, options.lang);
}

function speaksTo(role: Role, subject: readonly string[]): boolean {
  if (role === 'issuer')
    return subject.some((entry) => ['issuer', 'authorization-server', 'offer', 'credential'].includes(entry));
  return subject.includes(role);
}

function testRows(profile: Profile, options: Options): readonly Readonly<Record<string, unknown>>[] {
  return profile.tests
    .filter((test) => options.role === undefined || test.role === options.role)
    .map((test) => {
      const { id, role, kind } = test;
      if (options.json !== true) return { id, kind, title: say(test.title, options.lang) };
      return {
        id,
        role,
        kind,
        title: test.title,
        control: test.control ?? null,
        fault: test.fault ?? null,
        requirements: test.requirements,
        needs: test.needs ?? [],
        cost: test.cost ?? {},
        risk: test.risk ?? 'none',
      };
    });
}
