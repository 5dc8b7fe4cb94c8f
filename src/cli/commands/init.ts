import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fail } from '../../errors.ts';
import type { InitDocument } from '../../model/documents.ts';
import { initRepo } from '../../round/init-repo.ts';
import type { Cli } from '../cli.ts';
import { inertLine } from '../print/inert.ts';

export function register(cli: Cli): void {
  cli
    .command('init')
    .option('--from <folder|file>', 'take over the config.yaml and agent-mapping.yaml of a task orchestrator')
    .action(({ from }) =>
      cli.answer('init', async ({ outside, host }) => {
        const taken = from === undefined ? undefined : await takeOver(resolve(host.cwd, from));
        const { files } = await initRepo(outside, taken?.text);
        const document: InitDocument = { files: [...files], left_out: [...(taken?.leftOut ?? [])] };
        return { document, text: () => printInit(document) };
      }),
    );
}

function printInit({ files, left_out }: InitDocument): string {
  const left = left_out.map(({ file, key, why }) => `  ${inertLine(`${file}: ${key}: ${why}`)}\n`);
  return [
    `wrote ${files.join(', ')}; look at it and commit it\n`,
    ...(left.length === 0 ? [] : ['not taken over as it was:\n', ...left]),
    'next: rondo new <topic> --goal "<what is to be reached>"\n',
  ].join('');
}

async function takeOver(path: string) {
  const files = sourcesAt(path).map((file) => ({ name: basename(file), text: readText(file) }));
  if (files.length === 0)
    fail('usage', `${path} holds no ${NAMES.join(' and no ')}`, {
      hint: 'Name the folder that holds them or `.taskorchestrator/`, or one of the files.',
    });
  const { fromOrchestrator } = await import('../../exchange/from-orchestrator.ts');
  return fromOrchestrator(files);
}

const NAMES = ['config.yaml', 'agent-mapping.yaml'];

/** The files in a folder or in its `.taskorchestrator/`; a file alone. */
function sourcesAt(path: string): readonly string[] {
  if (!existsSync(path)) fail('usage', `${path} is not there`);
  if (!statSync(path).isDirectory()) return [path];
  const inner = join(path, '.taskorchestrator');
  const folder = existsSync(inner) ? inner : path;
  return NAMES.map((name) => join(folder, name)).filter((file) => existsSync(file));
}

const LARGEST = 1_048_576;

function readText(file: string): string {
  const stat = statSync(file);
  if (!stat.isFile() || stat.size > LARGEST) fail('usage', `${file} is no file of at most 1 MB`);
  return readFileSync(file, 'utf8');
}
