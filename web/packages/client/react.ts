export {
  SocketProvider,
  useChannel,
  useConnectionStatus,
  usePresence,
  useSocket,
  useTimeline,
  useTyping,
  useUnread,
} from '../../src/bindings/bindings';
