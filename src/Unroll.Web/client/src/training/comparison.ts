import type { Run } from '../data';
import { keptEpoch } from '../data';
import { grid, card } from '../page/section';
import { tableElement } from '../page/table';

/** Several runs side by side: how they ended, and what was set differently. */
export function comparison(runs: Run[]): HTMLElement {
  const settings = [...new Set(runs.flatMap((run) => Object.keys(run.settings)))];
  const different = settings.filter((name) => new Set(runs.map((run) => JSON.stringify(run.settings[name] ?? null))).size > 1);
  const columns = runs.map((run) => run.name);
  return grid(
    card('How the runs ended', tableElement({
      caption: 'How the runs ended',
      columns: ['run', 'kept epoch', 'training loss', 'dev accuracy', 'dev macro-F1', 'test accuracy'],
      rows: runs.map((run) => {
        const kept = keptEpoch(run);
        return [run.name, kept?.epoch, kept?.train_loss, kept?.dev_accuracy, kept?.dev_macro_f1, run.evaluation?.summary?.test_accuracy];
      }),
    })),
    card('Settings that differ', different.length === 0 ? 'All settings are the same.' : tableElement({
      caption: 'Settings that differ',
      columns: ['setting', ...columns],
      rows: different.map((name) => [name, ...runs.map((run) => String(run.settings[name] ?? '–'))]),
    })));
}
