/** The text between the progress markers: derived from the plan, and the only derived text in a plan's body. */
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import { findLayout } from './find-layout.ts';
import { oneLine, printMermaid } from './print-mermaid.ts';
import { findUnfitBytes } from './unfit-text.ts';

/**
 * The text with a graph and a list of the plan's tasks between its markers, and every other byte as it was. The text
 * itself where the markers are not one pair, or where it would grow beyond what is read.
 */
export function refreshProgress(text: string, plan: Plan): string {
  if (!text.includes('rondo:progress')) return text;
  const { progress } = findLayout(text);
  if (progress === undefined || progress === 'unclear') return text;
  const { bodyStart, bodyEnd } = progress;
  const lineEnd = text[bodyStart - 2] === '\r' ? '\r\n' : '\n';
  const lines = progressLines(plan).map((line) => line + lineEnd);
  const fresh = text.slice(0, bodyStart) + lines.join('') + text.slice(bodyEnd);
  return findUnfitBytes(fresh) === undefined ? fresh : text;
}

/** Blank lines keep graph and list apart from the comments for any reader of Markdown. */
function progressLines(plan: Plan): readonly string[] {
  if (plan.tasks.length === 0) return [];
  return ['', '```mermaid', ...printMermaid(plan), '```', '', ...plan.tasks.map(listItem), ''];
}

function listItem(task: Task): string {
  const status = taskStatusOf(task);
  const owner = status === 'in_progress' ? oneLine(task.fields.owner ?? '') : '';
  const said = owner === '' ? status : `${status}, ${owner}`;
  const box = status === 'completed' ? 'x' : ' ';
  return `- [${box}] ${literal(`${task.id}: ${oneLine(task.title)} (${said})`)}`;
}

/** Text that Markdown shows as it is: no HTML, no code, no link, no emphasis. An underscore within a word is none. */
function literal(text: string): string {
  return text
    .replace(/[\\`*[\]~|$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
    .replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
