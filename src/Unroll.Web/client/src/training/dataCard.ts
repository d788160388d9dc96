import type { DataReport } from '../data';
import { element } from '../page/element';
import { percent } from '../page/numbers';
import { card } from '../page/section';
import { tableElement, type Cell } from '../page/table';

/** What was known about the rows before training. */
export function dataCard(data: DataReport): HTMLElement {
  const labels = [...new Set(data.parts.flatMap((part) => Object.keys(part.labels)))];
  const several = data.parts.some((part) => part.several_labels);
  const conflicts = several ? 'texts that stand there with other labels too' : 'texts with several labels';
  const row = (name: string, value: (part: DataReport['parts'][number]) => Cell): Cell[] => [name, ...data.parts.map(value)];
  return card('Data',
    data.warnings.length > 0
      && element('ul', { class: 'warnings' }, ...data.warnings.map((warning) => element('li', { dir: 'auto' }, warning))),
    tableElement({
      caption: 'The rows',
      columns: ['', ...data.parts.map((part) => part.name)],
      rows: [
        row('rows', (part) => part.rows),
        ...Object.keys(data.parts[0]?.lengths ?? {}).map((name) =>
          row(`tokens a text: ${name.replaceAll('_', ' ')}`, (part) => part.lengths[name])),
        row('repeated rows', (part) => part.duplicate_rows),
        row(conflicts, (part) => part.conflicting_texts),
        row('texts without a word', (part) => part.empty_texts),
        row('rows that train has too', (part) => part.rows_in_train),
        row('unknown words', (part) => (part.unknown_tokens === undefined ? null : percent(part.unknown_tokens))),
      ],
    }),
    element('details', {}, element('summary', {}, `Rows of each label (${labels.length})`), tableElement({
      caption: 'Rows of each label',
      columns: ['label', ...data.parts.map((part) => part.name)],
      rows: labels.map((label) => [label, ...data.parts.map((part) => part.labels[label] ?? 0)]),
    })));
}
