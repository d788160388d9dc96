import { axis } from '../charts/axes';
import type { Palette } from '../page/palette';
import { shorten } from '../page/numbers';

/** Words as an axis: numbered by place, for a word may come twice. */
export const wordAxis = (colours: Palette, tokens: string[], width: number): object => {
  const most = tokens.length * 52 > width ? 9 : 14;
  return axis(colours, '', 'category', {
    data: tokens.map((_, t) => String(t + 1)),
    axisLabel: {
      color: colours.muted,
      interval: 0,
      hideOverlap: true,
      rotate: tokens.length * 62 > width ? 60 : 0,
      formatter: (place: string) => shorten(tokens[Number(place) - 1] ?? '', most),
    },
  });
};

/** A word and its place, for tables and pop-ups. */
export const numbered = (tokens: string[]): string[] => tokens.map((token, t) => `${t + 1} ${token}`);
