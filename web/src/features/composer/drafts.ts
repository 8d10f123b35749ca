const PREFIX = 'hubbub.draft.';

const keyOf = (userId: number, channelId: number): string => `${PREFIX}${userId}.${channelId}`;

/** Texts not sent yet, per user and channel, in localStorage. */
export const drafts = {
  read: (userId: number, channelId: number): string => localStorage.getItem(keyOf(userId, channelId)) ?? '',

  write(userId: number, channelId: number, text: string): void {
    if (text === '') localStorage.removeItem(keyOf(userId, channelId));
    else localStorage.setItem(keyOf(userId, channelId), text);
  },

  forgetAll(userId: number): void {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${PREFIX}${userId}.`)) localStorage.removeItem(key);
    }
  },
};
