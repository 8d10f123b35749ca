import { DropdownMenu } from 'radix-ui';
import { createContext, use, useRef, useState, type ReactNode, type RefObject } from 'react';
import { CheckIcon } from './icons';

const itemLook =
  'flex h-9 items-center gap-2.5 rounded-md px-2.5 outline-none select-none data-highlighted:bg-hover data-highlighted:text-text';

/** What is done when the menu is closed. */
const Chosen = createContext<RefObject<(() => void) | null>>({ current: null });

export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const chosenRef = useRef<(() => void) | null>(null);
  return (
    // Not modal: what is behind keeps its place for assistive technology, and a click there is not lost.
    <DropdownMenu.Root modal={false} open={open} onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      {/* In a landmark, as everything on the page. */}
      <DropdownMenu.Portal container={open ? document.querySelector('main') : null}>
        <DropdownMenu.Content
          sideOffset={6}
          collisionPadding={8}
          align="end"
          onCloseAutoFocus={() => {
            const act = chosenRef.current;
            chosenRef.current = null;
            // Once the focus is back on the trigger: a dialog that opens now gives it back there.
            if (act) queueMicrotask(act);
          }}
          className="z-50 min-w-56 animate-appear rounded-xl border border-line bg-raised p-1.5 text-sm shadow-float"
        >
          <Chosen value={chosenRef}>{children}</Chosen>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({
  icon,
  danger = false,
  onSelect,
  children,
}: {
  icon: ReactNode;
  danger?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  const chosenRef = use(Chosen);
  return (
    <DropdownMenu.Item
      onSelect={() => {
        chosenRef.current = onSelect;
      }}
      className={`${itemLook} ${danger ? 'text-danger data-highlighted:text-danger' : ''}`}
    >
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

/** A group of which one is chosen. Choosing keeps the menu open, so that the effect is seen. */
export function MenuChoice<T extends string>({
  label,
  value,
  options,
  onChoose,
}: {
  label: string;
  value: T;
  options: readonly { readonly value: T; readonly text: string }[];
  onChoose: (value: T) => void;
}) {
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-soft">
        {label}
      </DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value}>
        {options.map((option) => (
          <DropdownMenu.RadioItem
            key={option.value}
            value={option.value}
            onSelect={(event) => {
              event.preventDefault();
              onChoose(option.value);
            }}
            className={itemLook}
          >
            <span className="flex-1">{option.text}</span>
            <DropdownMenu.ItemIndicator className="text-accent">
              <CheckIcon className="size-4" />
            </DropdownMenu.ItemIndicator>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </DropdownMenu.Group>
  );
}

/** On or off. Stays open, as a choice does. */
export function MenuToggle({
  text,
  on,
  onToggle,
}: {
  text: string;
  on: boolean;
  onToggle: (on: boolean) => void;
}) {
  return (
    <DropdownMenu.CheckboxItem
      checked={on}
      onSelect={(event) => event.preventDefault()}
      onCheckedChange={onToggle}
      className={itemLook}
    >
      <span className="flex-1">{text}</span>
      <DropdownMenu.ItemIndicator className="text-accent">
        <CheckIcon className="size-4" />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="-mx-1.5 my-1.5 h-px bg-line" />;
}
