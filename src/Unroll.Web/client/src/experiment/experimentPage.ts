import type { Experiment } from '../data';
import { commandCard } from '../page/command';
import { element } from '../page/element';
import { card, grid, section } from '../page/section';
import { tableElement, type Cell } from '../page/table';
import { chaosCharts } from './chaos';
import { explodingCharts } from './exploding';
import { linesOf } from './lines';
import { memoryCharts } from './memory';
import { orderCharts } from './order';
import { seedsCharts } from './seeds';
import { sequenceCharts } from './sequences';
import { vanishingCharts } from './vanishing';

const CHARTS: Record<string, (experiment: Experiment) => HTMLElement[]> = {
  vanishing: vanishingCharts,
  exploding: explodingCharts,
  memory: memoryCharts,
  adding: sequenceCharts,
  copy: sequenceCharts,
  chaos: chaosCharts,
  order: orderCharts,
  seeds: seedsCharts,
};

/** What an experiment measured: its charts, its tables as they are printed, and how to repeat it. */
export function experimentPage(experiment: Experiment): HTMLElement[] {
  const { experiment: _, kind, ...settings } = linesOf<Record<string, unknown>>(experiment, 'settings')[0]!;
  return [
    section('Charts', grid(...CHARTS[experiment.name]!(experiment))),
    section('As the command prints it', element('div', { class: 'stack printed' },
      ...experiment.tables.map((table) => element('div', { class: 'card' },
        element('p', { class: 'note' }, table.title), tableElement({ caption: table.title, columns: table.columns, rows: table.rows }))),
      ...experiment.notes.map((note) => element('p', { class: 'note' }, note)))),
    section('The experiment', grid(
      commandCard('Repeat this experiment', 'The same command, on the same instruction set, gives the same numbers.', experiment.command),
      card('Settings', tableElement({ caption: 'Settings', columns: ['setting', 'value'], rows: Object.entries(settings).map(([name, value]) => [name.replaceAll('_', ' '), text(name, value)]) })))),
  ];
}

// Seeds are numbered from 1.
function text(name: string, value: unknown): Cell {
  if (name === 'seeds' && typeof value === 'number')
    return value === 1 ? '1' : `1 … ${value}`;
  if (Array.isArray(value))
    return value.map((each) => text('', each)).join(', ');
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}
