/** The commit that `rondo trust` names: the one to look at before approving. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

/** The subject of the commit that is named for each command. */
function origins(): Record<string, string | null> {
  const { commands } = place.json('trust') as { commands: { command: string; commit: string | null }[] };
  return Object.fromEntries(
    commands.map(({ command, commit }) => [
      command,
      commit === null ? null : place.sh(`git log -1 --format=%s ${commit}`).out.trim(),
    ]),
  );
}

const head = '---\nrondo: 1\ngoal: G\n---\n\n';
const tasks = (...blocks: readonly string[]) =>
  `## Tasks\n${blocks.map((block, i) => `\n### t${i}: T\n\n\`\`\`yaml\n${block}\n\`\`\`\n`).join('')}`;

function commit(subject: string, text: string): void {
  place.sh(
    `mkdir -p docs; cat > docs/p-state.md <<'END'\n${text}END\ngit add docs; git commit -qm '${subject}'`,
  );
}

test('is the one since which the line is there, however it is written and whatever was changed later', () => {
  place.sh(
    'git config diff.noprefix true; git config log.showSignature true; git config diff.orderFile /dev/null',
  );
  commit('prose', `${head}We shall run npm test, and true.\n\n${tasks('needs_approval: true')}`);
  const lines = ['run: npm test', 'run: \'say "it"\'', 'run: |\n  first line\n  second line', 'run: "true"'];
  commit('brings', `${head}We shall run npm test, and true.\n\n${tasks(...lines)}`);
  commit('longer', `${head}No prose.\n\n${tasks(...lines, 'run: npm test -- --all')}`);
  commit('twice', `${head}No prose.\n\n${tasks(...lines, 'run: npm test -- --all', 'run: npm test')}`);
  commit('away', `${head}No prose.\n\n${tasks(...lines, 'run: npm test')}`);
  commit('again', `${head}No prose.\n\n${tasks(...lines, 'run: npm test', 'run: npm test -- --all')}`);
  place.sh(`sed -i 's/run: "true"/run: new/' docs/p-state.md`);
  expect(origins()).toEqual({
    'npm test': 'brings',
    'say "it"': 'brings',
    'first line\nsecond line\n': 'brings',
    'npm test -- --all': 'again',
    new: null,
  });
});

test('is the one within, where a merge brought it', () => {
  commit('start', `${head}${tasks('run: one')}`);
  place.sh('git switch -qc side');
  commit('on the side', `${head}${tasks('run: one', 'run: two')}`);
  place.sh('git switch -q -; git commit -q --allow-empty -m main; git merge -q --no-edit side');
  expect(place.sh('git log -1 --format=%P').out.trim().split(' ')).toHaveLength(2);
  expect(origins()).toEqual({ one: 'start', two: 'on the side' });
});
