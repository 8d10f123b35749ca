import { createStore, type StoreApi } from 'zustand/vanilla';
import { local } from '../storage/local';

/** A choice that this browser remembers and its tabs share. */
function preference<T extends string>(name: string, values: readonly [T, ...T[]]): StoreApi<T> {
  const key = `hubbub.${name}`;
  const remembered = (): T => values.find((value) => value === local.get(key)) ?? values[0];
  const store = createStore(remembered);
  store.subscribe((value) => local.set(key, value));
  local.watch(key, () => store.setState(remembered(), true));
  return store;
}

export const enterKey = preference('enter', ['sends', 'breaks']);
export const sound = preference('sound', ['on', 'off']);
export const notifications = preference('notifications', ['off', 'on']);
