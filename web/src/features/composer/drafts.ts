const PREFIX = 'hubbub.draft.';

const keyOf = (userId: number, place: string): string => `${PREFIX}${userId}.${place}`;

/** Texts not sent yet, per user and channel (or thread), in localStorage. */
export const drafts = {
  read: (userId: number, place: string): string => localStorage.getItem(keyOf(userId, place)) ?? '',

  write(userId: number, place: string, text: string): void {
    if (text === '') localStorage.removeItem(keyOf(userId, place));
    else localStorage.setItem(keyOf(userId, place), text);
  },

  forgetAll(userId: number): void {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${PREFIX}${userId}.`)) localStorage.removeItem(key);
    }
  },
};
