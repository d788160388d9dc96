import type { Run } from '../data';
import { element } from '../page/element';
import { card } from '../page/section';
import { tableElement, type Cell } from '../page/table';

const cell = (value: unknown): Cell =>
  value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : typeof value === 'number' ? String(value) : String(value);

/** Every setting of the model and the training. */
export const configurationCard = (run: Run): HTMLElement =>
  card('Configuration',
    element('details', {}, element('summary', {}, 'Model'), tableElement({
      caption: 'Model', columns: ['setting', 'value'], rows: Object.entries(run.config).map(([name, value]) => [name, cell(value)]),
    })),
    element('details', {}, element('summary', {}, 'Training'), tableElement({
      caption: 'Training', columns: ['setting', 'value'], rows: Object.entries(run.settings).map(([name, value]) => [name, cell(value)]),
    })));
