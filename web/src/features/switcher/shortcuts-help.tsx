import { FormattedMessage, useIntl } from 'react-intl';
import { Modal } from '../../ui/modal';

const groups = [
  {
    title: 'help.everywhere',
    keys: [
      ['help.switcher', 'Ctrl K'],
      ['help.channel', 'Alt ↑ ↓'],
      ['help.unread', 'Alt Shift ↑ ↓'],
      ['help.read', 'Esc'],
      ['help.help', '?'],
    ],
  },
  {
    title: 'help.writing',
    keys: [
      ['help.send', 'Enter'],
      ['help.line', 'Shift Enter'],
      ['help.editLast', '↑'],
      ['help.complete', '@ # :'],
    ],
  },
  {
    title: 'help.messages',
    keys: [
      ['help.move', '↑ ↓'],
      ['help.react', '+'],
      ['help.reply', 'R'],
      ['help.edit', 'E'],
      ['help.copy', 'C'],
      ['help.delete', 'Delete'],
    ],
  },
] as const;

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Every key that does something. */
export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const intl = useIntl();
  return (
    <Modal title={intl.formatMessage({ id: 'help.title' })} onClose={onClose}>
      <div className="space-y-5 overflow-y-auto px-6 pb-6" tabIndex={0} data-testid="help">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3 className="mb-1 text-xs font-semibold text-soft">
              <FormattedMessage id={title} />
            </h3>
            <dl>
              {keys.map(([id, combination]) => (
                <div key={id} className="flex items-center gap-3 border-b border-line py-1.5 last:border-0">
                  <dt className="flex-1">
                    <FormattedMessage id={id} />
                  </dt>
                  <dd className="flex gap-1">
                    {combination.split(' ').map((key) => (
                      <kbd
                        key={key}
                        className="min-w-6 rounded border border-line bg-hover px-1.5 text-center font-sans text-xs leading-6"
                      >
                        {apple ? (macKeys[key] ?? key) : key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

const macKeys: Readonly<Record<string, string>> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' };
