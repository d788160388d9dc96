import type { Run } from '../data';
import { element } from '../page/element';
import { card } from '../page/section';
import { tableElement } from '../page/table';

const settingsTable = (caption: string, settings: Record<string, unknown>): HTMLElement =>
  element('details', {}, element('summary', {}, caption), tableElement({
    caption, columns: ['setting', 'value'], rows: Object.entries(settings).map(([name, value]) => [name, valueText(value)]),
  }));

/** Every setting of the model and the training. */
export const configurationCard = (run: Run): HTMLElement =>
  card('Configuration', settingsTable('Model', run.config), settingsTable('Training', run.settings));

/** A value as it stands in the file. */
export const valueText = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
