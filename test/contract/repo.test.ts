import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gitSandbox } from '../support/git-sandbox.ts';
import { memoryRepo } from '../support/memory-repo.ts';
import { type RepoFixture, repoContract } from './repo-contract.ts';

repoContract('in memory', (files) => {
  const repo = memoryRepo(files);
  const { write, commitAll, resetHard, detach } = repo;
  return { repo, write, commitAll, resetHard, detach, remove: () => undefined };
});

const onGit =
  (init: readonly string[], after: (sandbox: ReturnType<typeof gitSandbox>) => void) =>
  (files: Readonly<Record<string, string>>): RepoFixture => {
    const sandbox = gitSandbox({ unborn: true, init });
    for (const [file, text] of Object.entries(files)) sandbox.write(file, text);
    sandbox.commitAll('first');
    after(sandbox);
    return {
      repo: sandbox.open(),
      write: (file, text) => (text === null ? rmSync(join(sandbox.dir, file)) : sandbox.write(file, text)),
      commitAll: sandbox.commitAll,
      resetHard: (commit) => void sandbox.git('reset', '-q', '--hard', commit),
      detach: () => void sandbox.git('checkout', '-q', '--detach'),
      remove: sandbox.remove,
    };
  };

repoContract(
  'in files of git',
  onGit([], () => undefined),
);
repoContract(
  'in sha256',
  onGit(['--object-format=sha256'], () => undefined),
);
repoContract(
  'in packed objects and refs',
  onGit([], (s) => {
    s.git('gc', '-q');
    s.git('pack-refs', '--all');
  }),
);
repoContract(
  'with a split index of version 4',
  onGit([], (s) => {
    s.git('config', 'index.version', '4');
    s.git('update-index', '--index-version', '4', '--split-index');
  }),
);
repoContract(
  'shared between users',
  onGit(['--shared=group'], () => undefined),
);
