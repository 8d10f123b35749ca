import { Component, type ReactNode } from 'react';

interface Props {
  /** What stands in the place of children that throw. */
  fallback: ReactNode;
  children: ReactNode;
}

/** Keeps an exception of its children from taking the page along. */
export class Boundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
