import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Button } from '../../ui/button';
import { inputLook } from '../../ui/field';

/** The text of a message while its author changes it. */
export function EditBox({
  content,
  onSave,
  onCancel,
}: {
  content: string;
  onSave: (content: string) => void;
  onCancel: () => void;
}) {
  const [text, setText] = useState(content);
  const area = useRef<HTMLTextAreaElement>(null);
  const intl = useIntl();

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const before = document.activeElement;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  useLayoutEffect(() => {
    if (!area.current) return;
    area.current.style.height = 'auto';
    area.current.style.height = `${area.current.scrollHeight + 2}px`;
  }, [text]);

  function save(): void {
    const wanted = text.trim();
    if (wanted === '') return;
    if (wanted === content) onCancel();
    else onSave(wanted);
  }

  function onKeyDown(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') onCancel();
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  }

  return (
    <div className="py-1" data-testid="edit-box">
      <textarea
        ref={area}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        rows={1}
        aria-label={intl.formatMessage({ id: 'message.edit' })}
        className={`${inputLook} max-h-[40dvh] resize-none px-3 py-2`}
      />
      <div className="mt-1.5 flex gap-2">
        <Button size="small" look="primary" onClick={save} disabled={text.trim() === ''}>
          <FormattedMessage id="common.save" />
        </Button>
        <Button size="small" onClick={onCancel}>
          <FormattedMessage id="common.cancel" />
        </Button>
      </div>
    </div>
  );
}
