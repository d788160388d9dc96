import { onDispose } from '../page/disposal';
import { element, type Child } from '../page/element';
import { tableElement, type Table } from '../page/table';
import { onTheme, palette } from '../page/theme';
import type { Palette } from '../page/palette';
import { init, type Chart, type Option } from './echarts';
import { savePng } from './png';
import { register } from './register';

export interface ChartSpec {
  /** Names the chart: in tests and as the file it is saved as. */
  id: string;
  title: string;
  /** What is seen, in a sentence. */
  note?: string;
  height?: number;
  controls?: Child[];
  /** Called again whenever colours, width or what is shown change. */
  option: (colours: Palette, width: number) => Option;
  table: () => Table;
}

export interface ChartCard {
  element: HTMLElement;
  redraw: () => void;
}

/**
 * A chart with its title, its numbers as a table and a button that saves it. It is drawn once it can be seen, and everything it
 * has registered is released when its element is disposed of.
 */
export function chartCard(spec: ChartSpec): ChartCard {
  const canvas = element('div', {
    class: 'canvas',
    style: `height:${spec.height ?? 280}px`,
    role: 'img',
    'aria-label': `${spec.title}. The numbers stand in the table below.`,
  });
  const numbers = element('details', { class: 'numbers', toggle: fill }, element('summary', {}, 'Numbers'));
  const save = element('button', {
    type: 'button',
    class: 'quiet',
    'aria-label': `Save "${spec.title}" as PNG`,
    click: () => {
      if (chart) savePng(chart, spec.id, spec.title);
    },
  }, 'PNG');
  const card = element('figure', { class: 'card', id: `chart-${spec.id}` },
    element('figcaption', {}, element('h3', {}, spec.title), save),
    spec.note ? element('p', { class: 'note' }, spec.note) : null,
    ...(spec.controls ?? []), canvas, numbers);
  let chart: Chart | null = null;

  function draw(): void {
    if (canvas.clientWidth === 0) return;
    chart ??= init(canvas);
    chart.resize();
    chart.setOption(spec.option(palette(), canvas.clientWidth), { notMerge: true });
  }

  function fill(): void {
    if (numbers.open) numbers.replaceChildren(numbers.firstElementChild!, tableElement(spec.table()));
  }

  function redraw(): void {
    draw();
    fill();
  }

  let width = 0;
  const observer = new ResizeObserver(() => {
    if (canvas.clientWidth === width) return;
    width = canvas.clientWidth;
    draw();
  });
  observer.observe(canvas);
  const ignoreTheme = onTheme(draw);
  const unregister = register(spec.id, () => chart?.getOption() ?? spec.option(palette(), 600));
  onDispose(card, () => {
    observer.disconnect();
    ignoreTheme();
    unregister();
    chart?.dispose();
  });
  return { element: card, redraw };
}
