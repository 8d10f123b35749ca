import { local } from '../../storage/local';

const PREFIX = 'hubbub.draft.';

const keyOf = (userId: number, place: string): string => `${PREFIX}${userId}.${place}`;

/** Texts not sent yet, per user and channel (or thread), in localStorage. */
export const drafts = {
  read: (userId: number, place: string): string => local.get(keyOf(userId, place)) ?? '',

  write(userId: number, place: string, text: string): void {
    if (text === '') local.remove(keyOf(userId, place));
    else local.set(keyOf(userId, place), text);
  },
};
