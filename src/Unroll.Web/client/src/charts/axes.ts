import { power } from '../page/numbers';
import type { Palette } from '../page/palette';
import type { Option } from './echarts';

const font = { fontFamily: 'system-ui, sans-serif', fontSize: 12 };

/** What all charts share. The y axis is named above the chart, where its name is read without turning the head. */
export function frame(colours: Palette, yName: string, below = 0): Option {
  return {
    animation: false,
    color: colours.series,
    textStyle: { ...font, color: colours.text },
    title: { text: yName, left: 0, top: 0, textStyle: { ...font, fontWeight: 'normal', color: colours.muted } },
    grid: { left: 4, right: 16, top: 30, bottom: 4 + below, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    tooltip: {
      trigger: 'axis',
      // Drawn, not HTML: texts of the data stay texts.
      renderMode: 'richText',
      confine: true,
      backgroundColor: colours.background,
      borderColor: colours.line,
      textStyle: { ...font, color: colours.text },
    },
  };
}

/** An axis. */
export function axis(
  colours: Palette, name: string, type: 'value' | 'category' | 'log', more: { axisLabel?: object } & Record<string, unknown> = {},
): object {
  return {
    type,
    name,
    nameLocation: 'middle',
    nameGap: 26,
    nameTextStyle: { ...font, color: colours.muted },
    axisLine: { show: type === 'category', lineStyle: { color: colours.muted } },
    axisTick: { show: false },
    splitLine: { show: type !== 'category', lineStyle: { color: colours.line } },
    ...more,
    axisLabel: {
      ...font, color: colours.muted, hideOverlap: true, ...(type === 'log' ? { formatter: power } : {}), ...more.axisLabel,
    },
  };
}

/** The lower end of an axis of shares that is at least so high: a tenth that is not above them. */
export const roomBelow = (least: number) => ({ min, max }: { min: number; max: number }): number =>
  Math.max(0, Math.floor(10 * Math.min(min, max - least) + 1e-9) / 10);

/** A legend below the chart, for more than one series. It takes as many rows as it needs, and never hides a name. */
export const legend = (colours: Palette, names: string[]): object => ({
  show: names.length > 1,
  data: names,
  bottom: 0,
  left: 0,
  itemWidth: ITEM,
  itemGap: GAP,
  textStyle: { ...font, color: colours.text },
});

const ITEM = 34;
const GAP = 10;
const ROW = 24;
const CHARACTER = 7;

/** The height of a legend: its rows, by the length of its names. */
export function legendHeight(names: string[], width: number): number {
  if (names.length < 2) return 0;
  let [rows, at] = [1, 0];
  for (const name of names) {
    const item = ITEM + 6 + CHARACTER * name.length;
    if (at > 0 && at + item > width) [rows, at] = [rows + 1, 0];
    at += item + GAP;
  }
  return 6 + ROW * rows;
}

const dashes = ['solid', 'dashed', 'dotted', [8, 3, 2, 3]];
const symbols = ['circle', 'rect', 'triangle', 'diamond'];

/** How a series looks: told apart by dash and mark too, not by colour alone. */
export const look = (i: number, points: number): object => ({
  type: 'line',
  symbol: symbols[i % symbols.length],
  symbolSize: 6,
  showSymbol: points <= 40,
  lineStyle: { width: 2, type: dashes[i % dashes.length] },
});

/** A line across the chart with its name. */
export const markLine = (colours: Palette, lines: object[]): object => ({
  silent: true,
  symbol: 'none',
  lineStyle: { color: colours.muted, type: 'dashed', width: 1 },
  label: { ...font, color: colours.muted, position: 'insideEndTop' },
  data: lines,
});
