import { useState } from 'react';
import { useIntl } from 'react-intl';
import { IconButton } from '../../ui/button';
import { Field } from '../../ui/field';
import { EyeIcon, EyeOffIcon } from '../../ui/icons';

interface Props {
  hint: string | undefined;
  error: string | null;
  value: string;
  onChange: (value: string) => void;
  isNew: boolean;
}

export function PasswordField({ hint, error, value, onChange, isNew }: Props) {
  const [shown, setShown] = useState(false);
  const intl = useIntl();
  return (
    <Field
      label={intl.formatMessage({ id: 'auth.password' })}
      hint={hint}
      error={error}
      value={value}
      onChange={onChange}
      type={shown ? 'text' : 'password'}
      name="password"
      autoComplete={isNew ? 'new-password' : 'current-password'}
      required
      minLength={isNew ? 8 : 1}
      maxLength={256}
      after={
        <IconButton
          label={intl.formatMessage({ id: shown ? 'auth.password.hide' : 'auth.password.show' })}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOffIcon /> : <EyeIcon />}
        </IconButton>
      }
    />
  );
}
