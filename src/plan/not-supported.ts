/**
 * Settings that this version does not act on yet. Silence would let people believe that they hold; so every check and every
 * round that starts work says it.
 */
import { type Problem, problem } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';

/** One warning for each setting that has no effect, with what stands instead. */
export function notSupported(plan: Plan, settings: Settings): readonly Problem[] {
  return settings.unacted.map((name) => {
    const { instead, hint } = INSTEAD[name];
    return problem('not-supported', `\`${name}\` has no effect in this version: ${instead}`, {
      severity: 'warning',
      file: plan.file,
      path: name.split('.'),
      hint,
    });
  });
}

const INSTEAD: Readonly<Record<Settings['unacted'][number], { instead: string; hint: string }>> = {
  'sync.push': {
    instead: 'rounds are committed here, and nothing pushes them',
    hint: 'Push and pull the branch yourself, or leave the setting out.',
  },
  'trust.briefs': {
    instead: 'an agent gets its brief as the plan has it, also where a pull has changed it',
    hint: 'What holds an agent is its approved command with its `permissions`: keep those narrow, and read `git log -p` of the plan after a pull.',
  },
};
