/** The colours of charts. */
export interface Palette {
  text: string;
  muted: string;
  line: string;
  background: string;
  /** For series: Okabe and Ito's colours, told apart with every kind of colour vision; lightened on dark. */
  series: string[];
  /** From low to high: cividis, which looks the same with red-green blindness. */
  sequential: string[];
  /** From negative over zero to positive: blue to orange. */
  diverging: string[];
}

/** The colour of a series. Past the palette's end come hues that the golden angle sets apart. */
export const seriesColour = (colours: Palette, i: number): string =>
  colours.series[i] ?? `hsl(${Math.round(i * 137.508) % 360}, 60%, ${colours === dark ? 68 : 38}%)`;

const cividis = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

export const light: Palette = {
  text: '#1d2329',
  muted: '#5a6570',
  line: '#dde2e7',
  background: '#ffffff',
  series: [
    '#0072b2', '#d55e00', '#007a5a', '#a8548a', '#946500', '#2f2f2f', '#3f8fbf', '#8a3b00', '#b3002d', '#5b3fa0', '#6f7f00',
    '#d6579b',
  ],
  sequential: cividis,
  diverging: ['#1f5fa6', '#6ba0d4', '#c5dbef', '#f6f6f4', '#f9d3a8', '#ec9448', '#b85c00'],
};

export const dark: Palette = {
  text: '#e8ebee',
  muted: '#a3adb7',
  line: '#343b43',
  background: '#1a1e23',
  series: [
    '#56b4e9', '#f0883e', '#35c99a', '#dc94bd', '#e6b84c', '#e8ebee', '#8fb8ff', '#ffb08a', '#ff6b7d', '#b59bff', '#c3d34a',
    '#ff9ad1',
  ],
  sequential: cividis,
  diverging: ['#8cc2f5', '#4a88c4', '#2c4a68', '#262b30', '#6b4722', '#c4762b', '#ffb366'],
};
