import { useIntl } from 'react-intl';
import type { PresenceStatus } from '../../generated/types';
import { usePresence, useSocket } from '../../bindings/bindings';
import { MenuChoice, MenuSeparator } from '../../ui/menu';

const statuses: readonly PresenceStatus[] = ['online', 'away', 'dnd', 'offline'];

/** How others see one, for the user's menu. */
export function StatusItems() {
  const client = useSocket();
  const intl = useIntl();
  const status = usePresence(client.userId)?.status ?? 'online';
  return (
    <>
      <MenuChoice
        label={intl.formatMessage({ id: 'presence.label' })}
        value={status}
        options={statuses.map((value) => ({
          value,
          text: intl.formatMessage({
            id: value === 'offline' ? 'presence.appearOffline' : `presence.${value}`,
          }),
        }))}
        onChoose={(choice) => void client.presence.setOwn(choice)}
      />
      <MenuSeparator />
    </>
  );
}
