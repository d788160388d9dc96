import type { Action, Settings } from './view';

/** All that a link holds: settings and actions give the network again to the bit. */
export interface State {
  settings: Partial<Settings>;
  journal: Action[];
  /** The sentence that was typed. */
  typed?: string;
  /** The cell of a race. */
  rival?: string;
  /** Missions that were done on the way. */
  done?: string[];
}

/** The part of an address behind #. */
export function encode(state: State): string {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What a link holds; null where it is none of ours. */
export function decode(hash: string): State | null {
  const text = hash.replace(/^#/, '');
  if (text === '') return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
    const state = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<State> | null;
    return state !== null && typeof state.settings === 'object' && Array.isArray(state.journal) ? state as State : null;
  } catch {
    return null;
  }
}
