/** What waits for somebody, and the command that helps. */
import { describe, expect, it } from 'vitest';
import { needsOf } from '../../src/plan/needs.ts';
import {
  claimed,
  completed,
  ELSEWHERE,
  HERE,
  inProgress,
  personTask,
  plan,
  settings,
  task,
} from '../support/plans.ts';

const NONE = { forPeople: [], untrusted: [] };
const short = (of: Parameters<typeof needsOf>[0], ready: Parameters<typeof needsOf>[2] = NONE) =>
  needsOf(of, settings(), ready, () => HERE).map(({ kind, task: id, who, command }) => [
    kind,
    id,
    who,
    command,
  ]);

describe('needs', () => {
  it('are what is not approved, awaits approval, is to be claimed, or is with others', () => {
    const of = plan([
      personTask('a', claimed()),
      task('b', { ...completed, needs_approval: true }),
      personTask('c', { specialist: 'kim' }),
      personTask('d'),
      task('e', inProgress(2, { machine: ELSEWHERE })),
      task('f', inProgress(1)),
      task('g'),
    ]);
    expect(short(of, { forPeople: ['c', 'd'], untrusted: ['g'] })).toEqual([
      ['trust', 'g', null, 'rondo trust'],
      ['approval', 'b', null, 'rondo approve b'],
      ['claim', 'c', 'kim', 'rondo claim c'],
      ['claim', 'd', null, 'rondo claim d'],
      ['report', 'a', 'dana', 'rondo done a'],
      ['machine', 'e', ELSEWHERE, 'rondo run --take-over demo'],
    ]);
  });

  it('say since and until when others have it', () => {
    const attempt = { machine: ELSEWHERE };
    const [need] = needsOf(plan([task('a', inProgress(1, attempt))]), settings(), NONE, () => HERE);
    expect(need?.since).toMatch(/Z$/);
    expect(need?.until).toMatch(/Z$/);
  });

  it('are none where all goes by itself, is done, or is approved; the machine is not asked then', () => {
    const of = plan([
      task('a', { ...completed, needs_approval: true, approved_by: 'kim' }),
      task('b', completed),
      task('c'),
    ]);
    const asked = () => {
      throw new Error('asked');
    };
    expect(needsOf(of, settings(), NONE, asked)).toEqual([]);
  });
});
