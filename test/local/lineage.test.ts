import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lineageOf, lineageWithPs } from '../../src/local/lineage.ts';
import { ownIdentity } from '../../src/local/process-identity.ts';
import { startProgram, until } from './run-program.ts';

describe('the processes above one', () => {
  test('begin with itself and its parent', () => {
    const [self, parent] = lineageOf(process.pid);
    expect(self).toMatchObject(ownIdentity());
    expect(parent?.pid).toBe(process.ppid);
  });

  test('are none where there is no such process', () => {
    const { pid } = spawnSync('true');
    expect(lineageOf(pid)).toEqual([]);
    expect(lineageWithPs(pid)).toEqual([]);
  });

  test('are the same with ps, which knows no sessions', () => {
    const places = (line: ReturnType<typeof lineageOf>) => line.map(({ pid, group }) => ({ pid, group }));
    const line = lineageWithPs(process.pid);
    expect(places(line)).toEqual(places(lineageOf(process.pid)));
    expect(line[0]).toMatchObject({
      start: expect.stringMatching(/^\w{3} \w{3} +\d+ [\d:]{8} \d{4}$/),
      session: null,
    });
  });

  test('of an orphan are those of who adopted it', async () => {
    const program = startProgram(['sh', '-c', "sh -c 'sleep 100 & echo $!'; exec sleep 100"]);
    const pid = Number(await program.line(/^\d+$/));
    const line = await until('the adoption', () => {
      const found = lineageOf(pid);
      return !found.some((above) => above.pid === program.child.pid) && found;
    });
    expect(line[0]?.pid).toBe(pid);
    // The group stays that of those who started it.
    expect(line[0]?.group).toBe(lineageOf(process.pid)[0]?.group);
    process.kill(pid, 'SIGKILL');
  });
});
