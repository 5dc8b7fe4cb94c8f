// Keeps the reference in `docs/` in step with the code it describes: docs/errors.md as a whole, the tables between
// `<!-- generated: x -->` and `<!-- /generated -->` in docs/state-format.md, and docs/features.md, which is joined from
// docs/features/ and names tests that must be there. With `--check` it writes nothing, and fails where a page is not what it
// would write.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { fieldTable, settingTable, transitionTable } from './docs-tables.mjs';
import { featureFaults, featuresPage, readParts, readTest } from './features.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes('--check');

const ERRORS_INTRODUCTION = `# Errors

Every failure has a code, a sentence, a place where there is one, and a next step: the same in text, with \`--json\`, and
in reports. The codes are stable; the sentences are not. This page is generated from \`src/error-table.ts\`
(\`npm run docs\`).

A command that fails ends with the exit code of its first problem. \`rondo run\` has exit codes of its own for how the
plan stands when it ends: 0 complete, 10 blocked, 11 paused, 12 awaiting a result.
`;

const EXITS = [
  { exit: 1, title: 'Exit code 1: unexpected', text: 'A bug in Rondo.' },
  { exit: 2, title: 'Exit code 2: usage', text: 'The call is wrong, or is made in the wrong place.' },
  {
    exit: 3,
    title: 'Exit code 3: invalid',
    text: 'A plan or the configuration says something that cannot be. Nothing was written, and other plans go on. Some of these codes also come as warnings, which fail nothing.',
  },
  { exit: 4, title: 'Exit code 4: refused', text: 'A rule stands against it. Nothing was written.' },
  {
    exit: 5,
    title: 'Exit code 5: try again',
    text: 'Something else was quicker, or was busy. Nothing was written.',
  },
  { exit: 0, title: 'In reports only', text: 'Worth knowing; no command fails by them.' },
];

const code = await loadCode();
const stale = [];
refresh('docs/errors.md', () => errorsPage(code));
refresh('docs/state-format.md', (text) => fillTables(text, tables(code)));
refresh('docs/features.md', () => featuresPage(readParts()));
const faults = featureFaults(readParts(), readTest);
for (const fault of faults) console.error(fault);
if (stale.length > 0)
  console.error(`out of step: ${stale.join(', ')}. Run \`npm run docs\` and commit what it changes.`);
process.exitCode = stale.length + faults.length > 0 ? 1 : 0;

function refresh(page, render) {
  const path = join(root, page);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const after = render(before);
  if (after === before) return;
  if (check) stale.push(page);
  else writeFileSync(path, after);
}

/** The sources are TypeScript, so they are bundled in memory to be imported. */
async function loadCode() {
  const contents = `
    export { ERRORS, EXIT } from './src/errors.ts';
    export * from './src/model/fields.ts';
    export * from './src/model/settings-schema.ts';
    export { DEFAULT_SETTINGS } from './src/model/settings.ts';
    export * from './src/model/status.ts';
    export { z } from './src/model/scalars.ts';`;
  const result = await esbuild.build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  const text = Buffer.from(result.outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${text}`);
}

function tables(code) {
  return {
    'plan-fields-authored': fieldTable(code, withoutSettings(code)),
    'plan-fields-kept': fieldTable(code, code.keptPlanShape),
    'task-fields-authored': fieldTable(code, code.authoredTaskShape),
    'task-fields-kept': fieldTable(code, code.keptTaskShape),
    'task-transitions': transitionTable(code),
    settings: settingTable(code),
  };
}

function withoutSettings({ authoredPlanShape, planSettingShape }) {
  return Object.fromEntries(
    Object.entries(authoredPlanShape).filter(([name]) => !(name in planSettingShape)),
  );
}

/** Every table must have its place, and every place its table. */
function fillTables(text, tables) {
  const left = new Set(Object.keys(tables));
  const filled = text.replace(
    /(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_all, open, name, close) => {
      if (!left.delete(name))
        throw new Error(`docs/state-format.md has a place for "${name}", and there is no such table`);
      return `${open}\n${tables[name]}\n${close}`;
    },
  );
  if (left.size > 0) throw new Error(`docs/state-format.md has no place for: ${[...left].join(', ')}`);
  return filled;
}

function errorsPage({ ERRORS }) {
  const sections = EXITS.map(({ exit, title, text }) => {
    const rows = Object.entries(ERRORS).filter(([, error]) => error.exit === exit);
    const lines = rows.map(
      ([name, { meaning, hint }]) => `| \`${name}\` | ${cell(meaning)} | ${cell(hint)} |`,
    );
    return `## ${title}\n\n${text}\n\n| code | what it means | what to do next |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  return `${ERRORS_INTRODUCTION}\n${sections.join('\n')}`;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}
