import { barsChart } from '../charts/bars';
import { linesChart, type Line } from '../charts/lines';
import { commandCard } from '../page/command';
import { element } from '../page/element';
import { format } from '../page/numbers';
import { card, figures, grid, section } from '../page/section';
import { tableElement } from '../page/table';
import { epochsOf, lastOf, ranked, rungOf, type Search } from './data';
import { parallelChart } from './parallel';
import { timeChart } from './time';

/** A search: how it ended, its charts, its trials, and the command that trains the best. */
export function searchPage(search: Search): HTMLElement[] {
  const { outcome } = search;
  return [
    element('p', { class: 'verdict' }, search.verdict),
    ...(outcome === undefined ? [] : [section('The best', grid(
      card(`On ${outcome.test_rows} rows that no trial saw`, figures([
        ['accuracy', format(outcome.test_accuracy)], ['macro-F1', format(outcome.test_macro_f1)],
        ['loss', format(outcome.test_loss)],
      ])),
      commandCard('Train it', 'The settings of the best trial, for all epochs.', outcome.command)))]),
    section('Charts', element('div', { class: 'stack' },
      parallelChart(search), grid(timeChart(search), curvesChart(search), importanceChart(search)))),
    section('Trials', trialsCard(search)),
  ];
}

/** How much of the differences between trials goes with each setting. */
export function importanceChart({ settings, rungs, measure }: Search): HTMLElement {
  const ordered = settings.toSorted((a, b) => (b.importance ?? 0) - (a.importance ?? 0));
  return barsChart({
    id: 'importance',
    title: 'Importance of each setting',
    note: `The share of the variance of dev ${measure} after ${epochsOf(rungs[0]!)} that goes with the setting alone ` +
      '(ε² of a one-way analysis of variance). What two settings do together is in neither.',
    xName: '',
    names: ordered.map(({ name }) => name),
    yName: 'ε²',
    y: { min: 0, max: 1 },
    bars: [{ name: 'ε²', values: ordered.map(({ importance }) => importance) }],
  }).element;
}

// Lines of one rung have one name, one colour and one dash.
function linesOf({ rungs, trials }: Search): Line[] {
  return ranked(trials).filter(({ curve }) => curve.length > 0).reverse().map((trial) => ({
    name: `ended after ${epochsOf(rungs[rungOf(trial)]!)}`,
    colour: rungOf(trial),
    look: rungs.length - 1 - rungOf(trial),
    style: rungOf(trial) === rungs.length - 1 ? 'plain' : 'faint',
    points: trial.curve.map((value, i): [number, number] => [i + 1, value]),
  }));
}

/** The measure after each epoch. */
export function curvesChart(search: Search): HTMLElement {
  const { measure, trials } = search;
  const title = 'Curves';
  return linesChart({
    id: 'curves',
    title,
    note: 'The network alone after each epoch. All trials follow the schedule of the whole training, however far they come.',
    height: 340,
    xName: 'epoch',
    yName: `dev ${measure}`,
    y: { scale: true },
    lines: () => linesOf(search),
    table: () => {
      const epochs = Math.max(0, ...trials.map(({ curve }) => curve.length));
      return {
        caption: title,
        columns: ['trial', ...Array.from({ length: epochs }, (_, i) => `epoch ${i + 1}`)],
        rows: trials.map(({ trial, curve }) => [String(trial), ...Array.from({ length: epochs }, (_, i) => curve[i])]),
      };
    },
  }).element;
}

function trialsCard({ trials, settings, measure }: Search): HTMLElement {
  const caption = 'All trials, the furthest and best first';
  return element('div', { class: 'card' }, tableElement({
    caption,
    columns: ['trial', 'epochs', `dev ${measure}`, 'seconds', ...settings.map(({ name }) => name)],
    rows: ranked(trials).map((trial) => {
      const last = lastOf(trial);
      return [
        String(trial.trial), last?.epochs, last === undefined ? 'runs' : last.score ?? 'broke',
        trial.results.reduce((sum, { seconds }) => sum + seconds, 0), ...settings.map(({ name }) => trial.settings[name]),
      ];
    }),
  }));
}
