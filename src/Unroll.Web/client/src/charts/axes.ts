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

/** A legend below the chart, for more than one series. */
export const legend = (colours: Palette, names: string[]): object => ({
  show: names.length > 1,
  data: names,
  bottom: 0,
  left: 0,
  type: 'scroll',
  itemWidth: 34,
  textStyle: { ...font, color: colours.text },
  pageTextStyle: { color: colours.muted },
  pageIconColor: colours.text,
  pageIconInactiveColor: colours.line,
});

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
