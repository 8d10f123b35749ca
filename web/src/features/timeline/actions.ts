import type { MessageRow } from './rows';

/** What one can do with a message. One object for a whole list, so that rows are drawn only when they change. */
export interface MessageActions {
  readonly me: number;
  readonly react: (row: MessageRow, reaction: string) => void;
  readonly openThread: (messageId: number) => void;
  readonly edit: (messageId: number | null) => void;
  readonly saveEdit: (row: MessageRow, content: string) => void;
  readonly remove: (row: MessageRow) => void;
  readonly copyLink: (row: MessageRow) => void;
  readonly showReaders: (row: MessageRow) => void;
  readonly retry: (clientMessageId: string) => void;
  readonly discard: (clientMessageId: string) => void;
}

/** On the server, so that others can react, answer or link to it. */
export const isStored = (row: MessageRow): boolean => row.id !== Infinity && !row.deleted;
