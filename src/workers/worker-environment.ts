/** What a worker finds in its environment. */
import { join } from 'node:path';
import { FILES, type OrderFile } from './run-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The coordinator's environment without what belongs to the coordinator: inside a hook git says which repository, index
 * and author to use, and a worker must not inherit that. How to reach a remote is the user's own and stays.
 */
export function scrubEnvironment(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && !OURS.has(name) && (!name.startsWith('GIT_') || TRANSPORT.test(name)))
      kept[name] = value;
  return kept;
}

const TRANSPORT =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|TERMINAL_PROMPT|PROXY_\w+|SSL_\w+|HTTP_\w+|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))$/;

/** A coordinator may itself be a worker; what it was told is not for its own workers. */
const OURS = new Set([
  'RONDO_ROOT',
  'RONDO_PLAN',
  'RONDO_TASK',
  'RONDO_ATTEMPT',
  'RONDO_BRIEF',
  'RONDO_RESULT',
  'RONDO_OUTPUT',
  'RONDO_RUN',
  // Who called may take commands as approved; what is called may not.
  'RONDO_TRUST',
]);

/** The environment of the command. `directory` is the run directory's absolute path. */
export function workerEnvironment(
  env: Environment,
  order: OrderFile,
  directory: string,
  token: string,
): Record<string, string> {
  return {
    ...scrubEnvironment(env),
    ...order.env,
    RONDO_ROOT: order.root,
    RONDO_PLAN: order.plan,
    RONDO_TASK: order.task,
    RONDO_ATTEMPT: String(order.attempt),
    RONDO_BRIEF: join(directory, FILES.brief),
    RONDO_RESULT: join(directory, FILES.result),
    ...(order.output === null ? {} : { RONDO_OUTPUT: order.output }),
    RONDO_RUN: token,
  };
}
