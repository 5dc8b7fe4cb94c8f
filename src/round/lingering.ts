/** Why nothing goes on although a worker is over: something that it started has not ended. */
import { type Problem, problem } from '../errors.ts';
import { formatDuration } from '../model/time.ts';
import type { Lingering } from '../ports.ts';

const MOST = 3;

/** What lives on, and what to do about it. */
export function lingeringProblem({ plan, task, processes, graceMs, asked }: Lingering): Problem {
  const pids = processes.map(({ pid }) => pid).join(' ');
  const named = processes.slice(0, MOST).map(({ pid, command }) => `${pid} (${command})`);
  const more = processes.length > MOST ? ` and ${processes.length - MOST} more` : '';
  const many = processes.length > 1;
  const whose = task.startsWith('+') ? `a check of ${plan}` : `${plan}/${task}`;
  return problem(
    'still-running',
    `${whose} is over but for process${many ? 'es' : ''} ${named.join(', ')}${more}, which still run${many ? '' : 's'}`,
    {
      severity: 'warning',
      task: `${plan}/${task}`,
      hint: asked
        ? `Rondo ends ${many ? 'them' : 'it'} within ${formatDuration(graceMs)}; at once: kill -9 ${pids}`
        : `The next round ends ${many ? 'them' : 'it'}: rondo round ${plan}; at once: kill -9 ${pids}`,
    },
  );
}
