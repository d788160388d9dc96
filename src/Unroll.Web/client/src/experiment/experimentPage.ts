import { commandCard } from '../page/command';
import { element } from '../page/element';
import { card, grid, section } from '../page/section';
import { tableElement, type Cell } from '../page/table';
import { chaosCharts } from './chaos';
import type { Experiment, ExperimentName, ExperimentOf } from './data';
import { declaredCharts } from './declared';
import { explodingCharts } from './exploding';
import { linesOf } from './lines';
import { memoryCharts } from './memory';
import { orderCharts } from './order';
import { rateCharts } from './rate';
import { seedsCharts } from './seeds';
import { sequenceCharts } from './sequences';
import { vanishingCharts } from './vanishing';

// Those that have more on the page than what they declare; all others show their own charts.
const CHARTS: { [N in ExperimentName]?: (experiment: ExperimentOf<N>) => HTMLElement[] } = {
  vanishing: vanishingCharts,
  exploding: explodingCharts,
  memory: memoryCharts,
  adding: sequenceCharts,
  copy: sequenceCharts,
  chaos: chaosCharts,
  order: orderCharts,
  rate: rateCharts,
  seeds: seedsCharts,
};

const chartsOf = <N extends ExperimentName>(experiment: Experiment<N>): HTMLElement[] =>
  CHARTS[experiment.name]?.(experiment) ?? declaredCharts(experiment);

/** What an experiment measured: the verdict, its charts, its tables as they are printed, and how to repeat it. */
export function experimentPage(experiment: Experiment): HTMLElement[] {
  const lines: { kind: string }[] = experiment.lines;
  const settings = Object.entries(linesOf(lines, 'settings')[0]!).filter(([name]) => name !== 'experiment' && name !== 'kind');
  return [
    element('p', { class: 'verdict' }, experiment.verdict),
    ...variantLines(lines),
    section('Charts', grid(...chartsOf(experiment))),
    section('As the command prints it', element('div', { class: 'stack printed' },
      ...experiment.tables.map(({ title, columns, rows }) => element('div', { class: 'card' },
        element('p', { class: 'note' }, title), tableElement({ caption: title, columns, rows }))),
      ...experiment.notes.map((note) => element('p', { class: 'note' }, note)))),
    section('The experiment', grid(
      commandCard(
        'Repeat this experiment', 'The same command, on the same instruction set, gives the same numbers.', experiment.command),
      card('Settings', tableElement({
        caption: 'Settings',
        columns: ['setting', 'value'],
        rows: settings.map(([name, value]) => [name.replaceAll('_', ' '), settingText(name, value)]),
      })))),
  ];
}

// What is not simply the cell of its name.
const VARIANTS: Record<string, string> = {
  'rnn-orthogonal': 'a vanilla RNN whose recurrent weights begin orthogonal: they turn the state and keep its length',
  irnn: 'a vanilla RNN with ReLU whose recurrent weights begin as the identity (Le, Jaitly and Hinton, 2015)',
  'lstm-forget': 'an LSTM whose forget gate begins open, with a bias of 1 (Jozefowicz et al., 2015)',
  'rnn-attention': 'a vanilla RNN whose states are read by attention, all of them and not the last alone',
  deltanet1: 'DeltaNet whose β goes up to 1 and not to 2, as it was first (Yang et al., 2024)',
  bag: 'no recurrence at all: the mean of the word vectors',
};

/** A line on each variant of a cell that is compared. */
export function variantLines(lines: object[]): HTMLElement[] {
  const text = JSON.stringify(lines.slice(0, 1)) + lines.map((line) => ('cell' in line ? JSON.stringify(line.cell) : '')).join();
  const shown = Object.entries(VARIANTS).filter(([name]) => text.includes(`"${name}"`));
  return shown.length === 0 ? [] : [element('ul', { class: 'note variants' },
    ...shown.map(([name, about]) => element('li', {}, element('b', {}, name), `: ${about}`)))];
}

/** A setting as it is shown: seeds are numbered from 1. */
export function settingText(name: string, value: unknown): Cell {
  if (name === 'seeds' && typeof value === 'number')
    return value === 1 ? '1' : `1 … ${value}`;
  if (Array.isArray(value))
    return value.map((each) => settingText('', each)).join(', ');
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}
