// docs/features.md: one row for each feature of the documents that Rondo was built after, joined from the tables in
// docs/features/. The file named after a document gives its rows in the document's order; the same row in another file says
// how and by which test; what only another file has comes last. A feature without a test is a fault. Run by
// itself, it lists the faults.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** In the order of the page; `issue` is what goes beyond them. */
const DOCUMENTS = {
  'execution-patterns': 'Execution patterns',
  'long-task-coordinator': 'Long task coordinator',
  'task-coordination-system': 'Task coordination system',
  'task-coordinator': 'Task coordinator',
  issue: 'Beyond the documents',
};

const INTRODUCTION = `# Features

What the four documents ask for that Rondo was built after, feature by feature: how Rondo does it, and the test that shows
it. This page is joined from the tables in \`docs/features/\` (\`npm run docs\`); each row names a test, and each test that is
named must be there.
`;

/** The page from the parts: file name without its ending → text. */
export function featuresPage(parts) {
  const sections = rowsByDocument(parts).map(([document, rows]) => {
    const lines = rows.map(({ feature, how, test }) => `| ${feature} | ${how} | ${test} |`);
    return `## ${DOCUMENTS[document]}\n\n| feature | how Rondo does it | test |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

/** Faults of the parts in words: rows that are none, features without a test, tests that are not there. `read` gives a file's text or undefined. */
export function featureFaults(parts, read) {
  const wrong = Object.entries(parts).flatMap(([name, text]) => {
    const { rows, faults } = readRows(text);
    const missing = rows.flatMap(({ feature, test }) =>
      missingTests(test, read).map((what) => `${feature}: ${what}`),
    );
    return [...faults, ...missing].map((fault) => `docs/features/${name}.md: ${fault}`);
  });
  return [...wrong, ...untested(parts).map((feature) => `docs/features/: no test shows ${feature}`)];
}

/** The features that no test shows, in whatever part. */
function untested(parts) {
  return rowsByDocument(parts).flatMap(([document, rows]) =>
    rows.filter(({ test }) => test === '').map(({ feature }) => `${document}: ${feature}`),
  );
}

export function readParts() {
  const folder = join(root, 'docs/features');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')) : [];
  return Object.fromEntries(
    names.sort().map((name) => [name.slice(0, -'.md'.length), readFileSync(join(folder, name), 'utf8')]),
  );
}

export function readTest(file) {
  const path = join(root, file);
  return existsSync(path) && /\.\w+$/.test(file) ? readFileSync(path, 'utf8') : undefined;
}

function rowsByDocument(parts) {
  const all = Object.entries(parts).flatMap(([part, text]) =>
    readRows(text).rows.map((row) => ({ ...row, part })),
  );
  return Object.keys(DOCUMENTS).map((document) => {
    const rows = new Map();
    const of = all.filter((row) => row.document === document);
    for (const row of of.filter(({ part }) => part === document)) rows.set(row.feature, row);
    for (const row of of.filter(({ part }) => part !== document))
      if (row.test !== '' || !rows.has(row.feature)) rows.set(row.feature, row);
    return [document, [...rows.values()]];
  });
}

function readRows(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const rows = [];
  const faults = [];
  for (const line of lines.slice(2)) {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [document, feature, how, test] = cells;
    if (cells.length === 4 && document in DOCUMENTS && feature !== '' && how !== '')
      rows.push({ document, feature, how, test });
    else faults.push(`not a row of document, feature, how, test: ${line}`);
  }
  return { rows, faults };
}

/** A cell names files, each with titles in double quotes behind it. */
function missingTests(cell, read) {
  const named = [...cell.matchAll(/(test\/[\w./-]+)((?:, "[^"]+")*)/g)];
  if (named.length === 0 && cell !== '') return [`no test is named in ${JSON.stringify(cell)}`];
  return named.flatMap(([, file, titles]) => {
    const text = read(file);
    if (text === undefined) return [`${file} is not there`];
    const plain = text.replaceAll("\\'", "'");
    return [...titles.matchAll(/"([^"]+)"/g)]
      .map(([, title]) => title)
      .filter((title) => !["'", '"', '`'].some((quote) => plain.includes(`${quote}${title}${quote}`)))
      .map((title) => `${file} has no test ${JSON.stringify(title)}`);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const line of featureFaults(readParts(), readTest)) console.log(line);
}
