import { useIntl, type IntlShape } from 'react-intl';
import { ERROR_CODES, type ErrorCode } from '../generated/errors';
import type { ErrorBody } from '../generated/types';

const clientCodes = ['client.unreachable', 'client.timeout', 'client.too_old'] as const;
type KnownCode = ErrorCode | (typeof clientCodes)[number];

const known: ReadonlySet<string> = new Set([...ERROR_CODES, ...clientCodes]);
const isKnown = (code: string): code is KnownCode => known.has(code);

/** Words for an error code; one that this client does not know reads as a fault of the server. */
export function errorText(intl: IntlShape, error: Pick<ErrorBody, 'code'>): string {
  return intl.formatMessage({ id: `error.${isKnown(error.code) ? error.code : 'server.internal'}` });
}

export function useErrorText(): (error: Pick<ErrorBody, 'code'>) => string {
  const intl = useIntl();
  return (error) => errorText(intl, error);
}
