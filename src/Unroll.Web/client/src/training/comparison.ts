import type { Run } from '../data';
import { grid, card } from '../page/section';
import { tableElement, type Cell } from '../page/table';

/** The names of the settings that are not the same in all runs. */
export const settingsThatDiffer = (runs: Pick<Run, 'settings'>[]): string[] =>
  [...new Set(runs.flatMap((run) => Object.keys(run.settings)))].filter((name) =>
    new Set(runs.map((run) => JSON.stringify(run.settings[name] ?? null))).size > 1);

/** How a run ended: the whole model where it was measured, as its own page says, and else the network after the kept epoch. */
export function ended({ name, metrics, evaluation }: Pick<Run, 'name' | 'metrics' | 'evaluation'>): Cell[] {
  const kept = metrics.findLast((epoch) => epoch.best);
  return [
    name, kept?.epoch, kept?.train_loss, evaluation?.accuracy ?? kept?.dev_accuracy, evaluation?.macro_f1 ?? kept?.dev_macro_f1,
    evaluation?.summary?.test_accuracy,
  ];
}

/** Several runs side by side: how they ended, and what was set differently. */
export function comparison(runs: Run[]): HTMLElement {
  const different = settingsThatDiffer(runs);
  const columns = runs.map((run) => run.name);
  return grid(
    card('How the runs ended', tableElement({
      caption: 'How the runs ended',
      columns: ['run', 'kept epoch', 'training loss', 'dev accuracy', 'dev macro-F1', 'test accuracy'],
      rows: runs.map(ended),
    })),
    card('Settings that differ', different.length === 0 ? 'All settings are the same.' : tableElement({
      caption: 'Settings that differ',
      columns: ['setting', ...columns],
      rows: different.map((name) => [name, ...runs.map((run) => String(run.settings[name] ?? '–'))]),
    })));
}
