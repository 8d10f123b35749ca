import { useIntl } from 'react-intl';
import { useStore } from 'zustand';
import { MenuSeparator, MenuToggle } from '../../ui/menu';
import { enterKey, notifications, sound } from '../../ui/preferences';
import { toast } from '../../ui/toasts';

/** How the page behaves, for the user's menu. Permission is asked for on this click and nowhere else. */
export function AlertItems() {
  const intl = useIntl();

  async function toggle(wanted: boolean): Promise<void> {
    const granted =
      wanted && 'Notification' in window && (await Notification.requestPermission()) === 'granted';
    if (wanted && !granted) toast(intl.formatMessage({ id: 'notify.denied' }));
    notifications.setState(granted ? 'on' : 'off', true);
  }

  return (
    <>
      <MenuToggle
        text={intl.formatMessage({ id: 'notify.notifications' })}
        on={useStore(notifications) === 'on'}
        onToggle={(on) => void toggle(on)}
      />
      <MenuToggle
        text={intl.formatMessage({ id: 'notify.sound' })}
        on={useStore(sound) === 'on'}
        onToggle={(on) => sound.setState(on ? 'on' : 'off', true)}
      />
      <MenuToggle
        text={intl.formatMessage({ id: 'composer.enterSends' })}
        on={useStore(enterKey) === 'sends'}
        onToggle={(on) => enterKey.setState(on ? 'sends' : 'breaks', true)}
      />
      <MenuSeparator />
    </>
  );
}
