import { describe, expect, it } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import { fromOrchestrator } from '../../src/exchange/from-orchestrator.ts';
import { parseSettings } from '../../src/state-file/parse-settings.ts';

const CONFIG = `# documented pattern
parallelism:
  max_parallel_tasks: 3   # Maximum concurrent tasks
  auto_launch: false
  respect_dependencies: true

specialist_routing:
  fallback_behavior: "use_default"
  default_specialist: "Implementation Specialist"

quality_gates:
  enabled: false
  task_gates:
    testing:
      hook: "run_tests"
      required: true
`;
const MAPPING = `backend: Implementation Specialist (Haiku)
frontend: Implementation Specialist (Haiku)
bug: Senior Engineer (Sonnet)
feature-creation: Feature Architect (Opus)
planning: Planning Specialist (Sonnet)
task-breakdown: Planning Specialist (Sonnet)
`;

const convert = (...files: readonly (readonly [string, string])[]) => {
  const { text, leftOut } = fromOrchestrator(files.map(([name, content]) => ({ name, text: content })));
  const { settings, problems } = parseSettings(text, 'rondo.yaml');
  expect(problems).toEqual([]);
  return { settings, left: leftOut.map(({ file, key }) => `${file} ${key}`), leftOut, text };
};

describe('fromOrchestrator', () => {
  it('takes over the documented pattern of both files', () => {
    const { settings, left, leftOut } = convert(['config.yaml', CONFIG], ['agent-mapping.yaml', MAPPING]);
    expect(settings).toEqual({
      parallelism: { max_parallel_tasks: 3, auto_launch: false, respect_dependencies: true },
      specialists: {
        'implementation-specialist': { agent: 'claude', model: 'haiku', tags: ['backend', 'frontend'] },
        'senior-engineer': { agent: 'claude', model: 'sonnet', tags: ['bug'] },
        'feature-architect': { agent: 'claude', model: 'opus', tags: ['feature-creation'] },
        'planning-specialist': { agent: 'claude', model: 'sonnet', tags: ['planning', 'task-breakdown'] },
      },
      specialist_routing: {
        fallback_behavior: 'use_default',
        default_specialist: 'implementation-specialist',
      },
      quality_gates: { enabled: false, task_gates: { testing: { hook: 'run_tests', required: true } } },
    });
    expect(left).toEqual(['config.yaml quality_gates.task_gates.testing']);
    expect(leftOut[0]?.why).toContain('shell command');
  });

  it.each([
    ['a map of tags', 'tags:\n  backend: Backend Engineer (Sonnet)\n'],
    ['a list of mappings', 'tagMappings:\n  - task_tags: [backend]\n    agent: Backend Engineer (Sonnet)\n'],
    ['the other order of files', 'backend: Backend Engineer (Sonnet)\n'],
  ])('reads %s', (_, mapping) => {
    expect(convert(['agent-mapping.yaml', mapping]).settings?.specialists).toEqual({
      'backend-engineer': { agent: 'claude', model: 'sonnet', tags: ['backend'] },
    });
  });

  it('guesses nobody: without a model that names its agent a person does the tasks, and it says so', () => {
    const { settings, leftOut } = convert([
      'agent-mapping.yaml',
      'backend: Backend Engineer\nops: Operator (GPT-5)\n',
    ]);
    expect(settings?.specialists).toEqual({
      'backend-engineer': { person: true, tags: ['backend'] },
      operator: { person: true, tags: ['ops'] },
    });
    expect(leftOut.map(({ key, why }) => [key, /agent/.test(why)])).toEqual([
      ['specialists.backend-engineer', true],
      ['specialists.operator', true],
    ]);
  });

  it('says of everything else that it is left out', () => {
    const { settings, left } = convert([
      'config.yaml',
      `version: 2
parallelism: { max_parallel_tasks: none, auto_launch: maybe, respect_dependencies: false, retries: 3 }
specialist_routing: { fallback_behavior: guess, default_specialist: "!!" , x: y }
quality_gates: { enabled: sometimes, task_gates: { testing: { required: true } } }
status_progression: { feature: { default_flow: [draft, done] } }
`,
    ]);
    expect(settings?.parallelism).toBeUndefined();
    expect(settings?.specialist_routing).toBeUndefined();
    expect(left).toEqual([
      'config.yaml version',
      'config.yaml parallelism.max_parallel_tasks',
      'config.yaml parallelism.auto_launch',
      'config.yaml parallelism.respect_dependencies',
      'config.yaml parallelism.retries',
      'config.yaml specialist_routing.fallback_behavior',
      'config.yaml specialist_routing.default_specialist',
      'config.yaml specialist_routing.x',
      'config.yaml quality_gates.enabled',
      'config.yaml quality_gates.task_gates.testing',
      'config.yaml status_progression',
    ]);
  });

  it('takes no version of a mapping for somebody', () => {
    const { settings, left } = convert([
      'agent-mapping.yaml',
      'version: v1\nschema: 2\nbug: Senior (Opus)\n',
    ]);
    expect(Object.keys(settings?.specialists ?? {})).toEqual(['senior']);
    expect(left).toEqual(['agent-mapping.yaml version', 'agent-mapping.yaml schema']);
  });

  it('keeps words that YAML would read as something else, and refuses what cannot be read', () => {
    const odd = 'on: "A, B] (Haiku)"\n"yes: no": X (Opus)\n"07": X (Opus)\n';
    expect(convert(['agent-mapping.yaml', odd]).settings?.specialists).toEqual({
      'a-b': { agent: 'claude', model: 'haiku', tags: ['on'] },
      x: { agent: 'claude', model: 'opus', tags: ['yes: no', '07'] },
    });
    for (const text of ['a: [', '__proto__: X (Opus)', 'a: &a [*a]'])
      expect(() => convert(['config.yaml', text]), text).toThrow(RondoError);
  });
});
