import type en from './en.json';

declare global {
  // Where react-intl looks for the ids that may be used.
  namespace FormatjsIntl {
    interface Message {
      ids: keyof typeof en;
    }
  }
}
