import { expect, it, vi } from 'vitest';
import { aMessage, newMessage } from './testing';
import { Threads, type ThreadPages } from './threads';

const answer = (seq: number) => aMessage(seq, { parentMessageId: 101 });

function scene() {
  const pages = {
    message: vi.fn<ThreadPages['message']>(async () => aMessage(1)),
    replies: vi.fn<ThreadPages['replies']>(async (_channel, _root, before) => ({
      messages: before === null ? [answer(5), answer(6)] : [answer(2)],
      hasMoreBefore: before === null,
      hasMoreAfter: false,
    })),
  };
  const threads = new Threads(pages);
  const seqs = () => {
    const view = threads.store.getState();
    return view.kind === 'ready' ? view.replies.map((message) => message.seq) : view.kind;
  };
  return { pages, threads, seqs };
}

it('opens with the newest answers and follows those that come', async () => {
  const { threads, seqs } = scene();
  const opened = threads.open(1, 101);
  threads.handle(1, newMessage(7, answer(7)));
  await opened;
  threads.handle(1, newMessage(8, aMessage(8)));
  threads.handle(2, newMessage(8, answer(8)));
  threads.handle(1, newMessage(9, answer(9)));
  threads.handle(1, newMessage(9, answer(9)));
  expect(seqs()).toEqual([5, 6, 7, 9]);
  await threads.loadOlder();
  expect(seqs()).toEqual([2, 5, 6, 7, 9]);
});

it('changes the message that is answered, too', async () => {
  const { threads } = scene();
  await threads.open(1, 101);
  const data = {
    chatChannelId: 1,
    eventSeq: 9,
    messageId: 101,
    messageCreatedAt: '',
    deletedAt: 'now',
    deletedBy: 2,
  };
  threads.handle(1, { event: 'message_deleted', data });
  expect(threads.store.getState()).toMatchObject({ root: { content: '', deletedAt: 'now' } });
});

it('says when it could not be loaded, and forgets a thread that was closed meanwhile', async () => {
  const { threads, pages, seqs } = scene();
  pages.message.mockRejectedValueOnce(new Error('away'));
  await threads.open(1, 101);
  expect(seqs()).toBe('failed');
  const opened = threads.open(1, 101);
  threads.close();
  await opened;
  expect(seqs()).toBe('none');
});
