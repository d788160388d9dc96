import type { Run } from '../data';
import { choice } from '../page/choice';
import { replaceContent } from '../page/disposal';
import { element } from '../page/element';
import { grid, missing, section } from '../page/section';
import { decayChart } from './decay';
import { flowChart } from './flow';
import { jacobianChart } from './jacobians';
import { spectrumChart } from './spectrum';

/** How far the gradient reaches back in time, epoch by epoch. */
export function gradientsTab(runs: Run[]): HTMLElement[] {
  if (runs.length === 0) return [missing('No training in this page.')];
  const one = element('div', {}, ...oneRun(runs[0]!));
  const chooser = choice('Run', runs.map((run) => run.name), (i) => replaceContent(one, ...oneRun(runs[i]!)));
  return [...(chooser ? [element('div', { class: 'bar' }, chooser)] : []), one];
}

function oneRun(run: Run): HTMLElement[] {
  if (!run.gradients || run.gradients.length === 0)
    return [missing('Gradients through time were not recorded in this run: its folder has no gradients.jsonl.')];
  const ofRecurrence = [jacobianChart(run, run.gradients), spectrumChart(run, run.gradients)];
  return [
    section('How far the gradient reaches back', grid(flowChart(run.gradients), decayChart(run, run.gradients))),
    // A Transformer has none.
    ...(ofRecurrence.some((chart) => chart) ? [section('What the recurrence passes on', grid(...ofRecurrence))] : []),
  ];
}
