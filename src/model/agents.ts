/**
 * The coding agents that a specialist can name. Each is an argument vector, never a shell line; the brief comes on standard
 * input. How each tells of a failure is read in `workers/agents/`. Taken from each program's own documentation:
 * claude: docs.anthropic.com/en/docs/claude-code/cli-reference · codex: developers.openai.com/codex/noninteractive ·
 * gemini: geminicli.com/docs/cli/headless and /docs/reference/configuration · opencode: opencode.ai/docs/cli ·
 * aider: aider.chat/docs/scripting.html and /docs/config/options.html
 */
export const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'aider'] as const;
export type AgentName = (typeof AGENTS)[number];

/** read: looks only; edit: changes files of the work tree, and asks nobody for more; full: whatever it wants. */
export const PERMISSIONS = ['read', 'edit', 'full'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The program and its arguments. */
export type Argv = readonly [string, ...string[]];

interface Preset {
  readonly start: Argv;
  readonly permission: Readonly<Record<Permission, readonly string[]>>;
  /** What comes last. */
  readonly end: readonly string[];
}

const PRESETS: Readonly<Record<AgentName, Preset>> = {
  claude: {
    start: ['claude', '-p', '--output-format', 'stream-json', '--verbose'],
    permission: {
      read: ['--permission-mode', 'plan'],
      edit: ['--permission-mode', 'acceptEdits'],
      full: ['--permission-mode', 'bypassPermissions'],
    },
    end: [],
  },
  codex: {
    start: ['codex', 'exec', '--json'],
    permission: {
      read: ['--sandbox', 'read-only'],
      edit: ['--sandbox', 'workspace-write'],
      full: ['--sandbox', 'danger-full-access'],
    },
    // The prompt is what comes on standard input.
    end: ['-'],
  },
  gemini: {
    start: ['gemini', '--output-format', 'stream-json'],
    permission: {
      read: ['--approval-mode', 'plan'],
      edit: ['--approval-mode', 'auto_edit'],
      full: ['--approval-mode', 'yolo'],
    },
    end: [],
  },
  opencode: {
    start: ['opencode', 'run', '--format', 'json'],
    // What its own settings would ask about it rejects where nobody sits there.
    permission: { read: ['--agent', 'plan'], edit: [], full: ['--auto'] },
    end: [],
  },
  aider: {
    start: ['aider', '--message-file', '/dev/stdin', '--yes-always', '--no-stream', '--no-pretty'],
    permission: {
      read: ['--chat-mode', 'ask'],
      edit: ['--no-suggest-shell-commands'],
      full: ['--suggest-shell-commands'],
    },
    // Commits are left to the plan's owner, and `.gitignore` stays as it is.
    end: ['--no-auto-commits', '--no-dirty-commits', '--no-gitignore', '--no-check-update'],
  },
};

/** How an agent is started. The model is one argument with its flag, so that no model's name can be a flag of its own. */
export function agentArguments(name: AgentName, permission: Permission, model: string | undefined): Argv {
  const { start, permission: levels, end } = PRESETS[name];
  return [...start, ...levels[permission], ...(model === undefined ? [] : [`--model=${model}`]), ...end];
}

/** The vector as a line that a shell would read as the same words: what people approve, and read in logs and evidence. */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
