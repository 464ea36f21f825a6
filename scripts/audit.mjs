/**
 * Asks the registry about known vulnerabilities of the dependencies and about the signatures of their packages: `npm run audit`.
 * Exits 1 on a vulnerability of severity high or above and on a signature that does not hold. A registry that cannot be asked (many
 * mirrors have no such endpoints) is said aloud and passes, unless REQUIRE_AUDIT=1.
 */
import { execFile } from 'node:child_process';

const SEVERE = ['high', 'critical'];

const verdicts = [await vulnerabilities(), await signatures()];
for (const { kind, text } of verdicts) process.stdout.write(`${kind}: ${text}\n`);
const isFailure = ({ kind }) => kind === 'bad' || (kind === 'not asked' && process.env.REQUIRE_AUDIT === '1');
process.exit(verdicts.some(isFailure) ? 1 : 0);

async function vulnerabilities() {
  const report = await npmReport('audit');
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) return notAsked('vulnerabilities', report);
  const severe = Object.values(report.vulnerabilities).filter(({ severity }) => SEVERE.includes(severity));
  const total = `${counts.total} known vulnerabilities in ${report.metadata.dependencies.total} packages`;
  if (severe.length === 0) return { kind: 'good', text: `${total}, none of them high or critical` };
  const lines = severe.map(
    ({ name, severity, via }) => `  ${name}: ${severity}, ${via.map((cause) => cause.title ?? cause).join('; ')}`,
  );
  return { kind: 'bad', text: [`${total}, high or critical:`, ...lines].join('\n') };
}

async function signatures() {
  const report = await npmReport('audit', 'signatures');
  if (!Array.isArray(report?.invalid)) return notAsked('signatures', report);
  const unsound = [...report.invalid, ...report.missing];
  if (unsound.length === 0) return { kind: 'good', text: 'every signature holds' };
  const lines = unsound.map(({ name, version }) => `  ${name}@${version}`);
  return { kind: 'bad', text: ['signatures that are missing or do not hold:', ...lines].join('\n') };
}

function notAsked(what, report) {
  const reason = report?.error?.summary || report?.message || 'it gave no report';
  // The address of a mirror is nobody's business but its owner's.
  return {
    kind: 'not asked',
    text: `the registry could not be asked about ${what}: ${reason.replace(/https?:\/\/\S+/g, '…')}`,
  };
}

/** What an npm command reports as JSON, whatever its exit code says; undefined if it reports nothing. */
function npmReport(...args) {
  return new Promise((resolve) => {
    // Asking again would not help where there is nobody to ask, and take a minute to find that out.
    execFile('npm', [...args, '--json', '--fetch-retries=0'], { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        resolve(undefined);
      }
    });
  });
}
