// What a role allows, as server/chat/channels/rules.cpp has it: so that nothing is offered that would be refused.
import type { ChannelState, MemberRole } from '../generated/types';

export type Action =
  'add' | 'invite' | 'remove' | 'setRole' | 'leave' | 'update' | 'archive' | 'deleteOfOthers';

export const roles: readonly MemberRole[] = ['member', 'admin', 'owner'];
const rank = (role: MemberRole): number => roles.indexOf(role);

/** The lowest role that may, in public and private channels; null: nobody. Nothing of a direct one ever changes. */
const lowest: Readonly<Record<Action, readonly [inPublic: MemberRole | null, inPrivate: MemberRole]>> = {
  add: ['member', 'admin'],
  invite: [null, 'admin'],
  remove: ['admin', 'admin'],
  setRole: ['admin', 'admin'],
  leave: ['member', 'member'],
  update: ['admin', 'admin'],
  archive: ['owner', 'owner'],
  deleteOfOthers: ['admin', 'admin'],
};

export function may(action: Action, { type, role, archivedAt }: ChannelState): boolean {
  if (type === 'direct') return false;
  if (archivedAt && action !== 'archive' && action !== 'leave') return false;
  const needed = lowest[action][type === 'public' ? 0 : 1];
  return needed !== null && rank(role) >= rank(needed);
}

export const outranks = (actor: MemberRole, target: MemberRole): boolean =>
  actor === 'owner' || rank(actor) > rank(target);

/** The roles that `actor` may give to somebody who has `target`. */
export const rolesToGive = (actor: MemberRole, target: MemberRole): readonly MemberRole[] =>
  outranks(actor, target) ? roles.filter((role) => rank(role) <= rank(actor) && role !== target) : [];
