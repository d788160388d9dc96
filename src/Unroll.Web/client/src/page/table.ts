import { element } from './element';
import { format } from './numbers';

export type Cell = string | number | null | undefined;

export interface Table {
  caption: string;
  columns: string[];
  /** The first cell of a row is its heading. */
  rows: Cell[][];
}

/** A table that scrolls within itself where it is wider than the screen. */
export function tableElement(table: Table, captionIsShown = false): HTMLElement {
  const head = element('tr', {}, ...table.columns.map((name) => element('th', { scope: 'col' }, name)));
  const rows = table.rows.map((row) => element('tr', {}, ...row.map((cell, i) => (i === 0
    ? element('th', { scope: 'row' }, bidirectional(cell))
    : element('td', { class: typeof cell === 'number' ? 'number' : '' }, bidirectional(cell))))));
  return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': table.caption },
    element('table', {},
      element('caption', { class: captionIsShown ? '' : 'visually-hidden' }, table.caption),
      element('thead', {}, head), element('tbody', {}, ...rows)));
}

// Text of any direction stays within its cell.
const bidirectional = (cell: Cell): Node =>
  typeof cell === 'string' ? element('bdi', {}, cell) : document.createTextNode(format(cell));
