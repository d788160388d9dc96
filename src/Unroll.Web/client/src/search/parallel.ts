import { legend, legendHeight } from '../charts/axes';
import { chartCard } from '../charts/chart';
import { power } from '../page/numbers';
import { seriesColour } from '../page/palette';
import { epochsOf, lastOf, ranked, rungOf, type Search } from './data';

const font = { fontFamily: 'system-ui, sans-serif', fontSize: 12 };

/** All settings beside each other: a line is a trial, and how far it came is its colour. */
export function parallelChart(search: Search): HTMLElement {
  const { settings, rungs, trials, measure } = search;
  const title = 'Settings of all trials';
  // The furthest are drawn last, on top.
  const drawn = ranked(trials.filter((trial) => rungOf(trial) >= 0)).reverse();
  const best = search.outcome?.trial;
  const groups = [
    ...rungs.map((epochs, rung) => ({
      name: `ended after ${epochsOf(epochs)}`, trials: drawn.filter((trial) => rungOf(trial) === rung && trial.trial !== best),
    })),
    ...(best === undefined ? [] : [{ name: `the best, trial ${best}`, trials: drawn.filter(({ trial }) => trial === best) }]),
  ];
  const names = groups.map(({ name }) => name);
  const valueOf = (trial: typeof drawn[number], { name, choices }: typeof settings[number]): string | number | null => {
    const value = trial.settings[name];
    return value === undefined ? null : choices.length > 0 ? value : Number(value);
  };
  return chartCard({
    id: 'parallel',
    title,
    note: 'A line is a trial: on each axis the value that was drawn, on the last one what it reached at its last rung.',
    height: 380,
    option: (colours, width) => ({
      animation: false,
      textStyle: { ...font, color: colours.text },
      legend: legend(colours, names),
      parallel: { left: 40, right: 60, top: 46, bottom: 24 + legendHeight(names, width) },
      parallelAxis: [
        ...settings.map(({ name, choices, log }, dim) => ({
          dim,
          name,
          nameTextStyle: { ...font, color: colours.muted },
          nameRotate: width < 90 * settings.length ? 20 : 0,
          axisLine: { lineStyle: { color: colours.muted } },
          axisTick: { show: false },
          ...(choices.length > 0 ? { type: 'category', data: choices } : { type: log ? 'log' : 'value', scale: true }),
          axisLabel: { ...font, color: colours.text, ...(choices.length > 0 ? {} : { formatter: power }) },
        })),
        {
          dim: settings.length,
          name: `dev ${measure}`,
          nameTextStyle: { ...font, color: colours.muted },
          axisLine: { lineStyle: { color: colours.muted } },
          type: 'value',
          scale: true,
          axisLabel: { ...font, color: colours.text, formatter: power },
        },
      ],
      series: groups.map(({ name, trials: members }, i) => {
        const isBest = i === rungs.length;
        const lineStyle = {
          color: isBest ? colours.text : seriesColour(colours, i), width: isBest ? 3 : 1.5, opacity: isBest ? 1 : 0.6,
          type: isBest ? 'solid' : ['dotted', 'dashed', 'solid'][Math.max(0, i + 3 - rungs.length)],
        };
        return {
          type: 'parallel',
          name,
          color: lineStyle.color,
          lineStyle,
          data: members.map((trial) => [...settings.map((setting) => valueOf(trial, setting)), lastOf(trial)!.score]),
        };
      }),
    }),
    table: () => ({
      caption: title,
      columns: ['trial', ...settings.map(({ name }) => name), 'epochs', `dev ${measure}`],
      rows: ranked(trials).map((trial) => [
        String(trial.trial), ...settings.map(({ name }) => trial.settings[name]), lastOf(trial)?.epochs, lastOf(trial)?.score]),
    }),
  }).element;
}
