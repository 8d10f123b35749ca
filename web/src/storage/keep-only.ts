import { Database, ownerOf, serverOf } from './database';
import { local } from './local';

/** Forgets everything in this browser that is not of this user; null: of any. Choices like the theme stay. */
export function keepOnly(userId: number | null): void {
  local.keepOnly(userId);
  void new Database().keepOnly(userId === null ? null : ownerOf(serverOf(), userId));
}
