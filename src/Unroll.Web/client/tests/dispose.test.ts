import { beforeEach, expect, it, vi } from 'vitest';
import { dispose, replaceContent } from '../src/page/disposal';
import { inventedSentence, run } from './samples';

// What is alive: charts, observers, listeners. The browser's own are not in this environment, or draw nothing.
const { alive } = vi.hoisted(() => ({ alive: { charts: new Set<object>(), observers: new Set<object>(), drawn: 0 } }));

vi.mock('../src/charts/echarts', () => ({
  init: () => {
    const chart = {
      resize: () => undefined,
      setOption: () => (alive.drawn += 1),
      getOption: () => ({}),
      dispose: () => alive.charts.delete(chart),
    };
    alive.charts.add(chart);
    return chart;
  },
}));

class Observer {
  constructor(private readonly resized: () => void) {}

  observe(): void {
    alive.observers.add(this);
    this.resized();
  }

  disconnect(): void {
    alive.observers.delete(this);
  }
}

vi.stubGlobal('ResizeObserver', Observer);
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { value: 600 });

const { themeButton } = await import('../src/page/theme');
const { sentenceTab } = await import('../src/sentence/sentenceTab');
const { statesPart } = await import('../src/sentence/states');
const { pathChart } = await import('../src/sentence/path');
const { gradientsTab } = await import('../src/gradients/gradientsTab');

const charts = (): number => document.querySelectorAll('figure').length;
const everything = (): number[] => [alive.charts.size, alive.observers.size, Object.keys(window.unroll.charts).length];
const theme = themeButton();

// How many charts are drawn when the page turns light or dark.
function redrawn(): number {
  alive.drawn = 0;
  theme.click();
  return alive.drawn;
}

function choose(index: number): void {
  const select = document.querySelector('select')!;
  select.selectedIndex = index;
  select.dispatchEvent(new Event('change'));
}

beforeEach(() => {
  replaceContent(document.body);
});

it('a sentence that is replaced leaves nothing behind', () => {
  const longer = { ...inventedSentence, text: 'another', attention: [0.5, 0.5] };
  document.body.append(...sentenceTab([inventedSentence, longer]));
  const first = charts();
  expect(first).toBe(7);
  for (let i = 1; i <= 4; i++) {
    choose(i % 2);
    expect(everything()).toEqual(Array(3).fill(charts()));
    expect(redrawn()).toBe(charts());
  }
  expect(charts()).toBe(first);
});

it('a run that is replaced leaves nothing behind', () => {
  const gradients = [{ epoch: 1, samples: 1, hidden_norm: [1], by_step: [1], spectral_norm: 1, spectral_radius: 1 }];
  document.body.append(...gradientsTab([{ ...run, gradients }, { ...run, name: 'other' }]));
  expect(everything()).toEqual([3, 3, 3]);
  choose(1);
  expect(everything()).toEqual([0, 0, 0]);
  expect(redrawn()).toBe(0);
});

it('what stays in the page is not disposed of with its neighbours', () => {
  const states = [...inventedSentence.states, { layer: 0, direction: 'backward' as const, hidden: [[0.1], [0.2]] }];
  const path = pathChart(inventedSentence, inventedSentence.plane!);
  document.body.append(statesPart({ ...inventedSentence, states }, path));
  choose(1);
  expect(document.body.contains(path)).toBe(true);
  expect(everything()).toEqual([2, 2, 2]);
  expect(redrawn()).toBe(2);
});

it('disposing twice is disposing once', () => {
  const path = pathChart(inventedSentence, inventedSentence.plane!)!;
  dispose(path);
  dispose(path);
  expect(everything()).toEqual([0, 0, 0]);
});
