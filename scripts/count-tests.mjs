// A reporter for the test runner: counts tests, and keeps the reason of each that was skipped, for verify.mjs.
import { writeFileSync } from 'node:fs';

// biome-ignore lint/style/noDefaultExport: the test runner asks for a default export.
export default class CountTests {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) countModule(module, counts);
    writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}

function countModule(module, counts) {
  // A file that could not be loaded, or a hook that threw, has no test to show for it.
  counts.failed += module.errors().length;
  for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
  for (const test of module.children.allTests()) {
    const { state, note } = test.result();
    if (state === 'passed') counts.passed += 1;
    else if (state === 'failed') counts.failed += 1;
    else
      counts.skipped.push({
        name: `${module.relativeModuleId} > ${test.fullName}`,
        reason: reasonOf(test, note),
      });
  }
}

function reasonOf(test, note) {
  return note ?? (test.options.mode === 'todo' ? 'still to be written' : 'no reason given');
}
