import type { Run } from '../data';
import { keptEpoch } from '../data';
import { grid, card } from '../page/section';
import { tableElement } from '../page/table';

/** The names of the settings that are not the same in all runs. */
export const settingsThatDiffer = (runs: Pick<Run, 'settings'>[]): string[] =>
  [...new Set(runs.flatMap((run) => Object.keys(run.settings)))].filter((name) =>
    new Set(runs.map((run) => JSON.stringify(run.settings[name] ?? null))).size > 1);

/** Several runs side by side: how they ended, and what was set differently. */
export function comparison(runs: Run[]): HTMLElement {
  const different = settingsThatDiffer(runs);
  const columns = runs.map((run) => run.name);
  return grid(
    card('How the runs ended', tableElement({
      caption: 'How the runs ended',
      columns: ['run', 'kept epoch', 'training loss', 'dev accuracy', 'dev macro-F1', 'test accuracy'],
      rows: runs.map((run) => {
        const kept = keptEpoch(run);
        const test = run.evaluation?.summary?.test_accuracy;
        return [run.name, kept?.epoch, kept?.train_loss, kept?.dev_accuracy, kept?.dev_macro_f1, test];
      }),
    })),
    card('Settings that differ', different.length === 0 ? 'All settings are the same.' : tableElement({
      caption: 'Settings that differ',
      columns: ['setting', ...columns],
      rows: different.map((name) => [name, ...runs.map((run) => String(run.settings[name] ?? '–'))]),
    })));
}
