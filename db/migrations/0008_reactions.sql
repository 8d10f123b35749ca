-- Adds: chat_add_reaction(), chat_remove_reaction(). Locks: none. Undo: DROP FUNCTION both.
--
-- outcome and "eventSeq" as in 0007, and 9: the message has `kinds_max` different reactions already.

CREATE FUNCTION chat_add_reaction(in_channel bigint, in_actor bigint, in_message bigint, in_reaction text,
                                  kinds_max bigint)
RETURNS TABLE (outcome integer, "eventSeq" bigint, at timestamptz, "messageCreatedAt" timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  opened record;
  others bigint;
BEGIN
  SELECT * INTO opened FROM chat_open_message(in_channel, in_actor, in_message);
  outcome := opened.outcome;
  "eventSeq" := 0;
  at := opened.at;
  "messageCreatedAt" := opened."messageCreatedAt";
  IF outcome = 0 THEN
    SELECT count(DISTINCT r.reaction) INTO others FROM chat_message_reaction r
    WHERE r."messageId" = in_message AND r."messageCreatedAt" = opened."messageCreatedAt" AND r.reaction <> in_reaction;
    IF others >= kinds_max THEN
      outcome := 9;
    ELSE
      INSERT INTO chat_message_reaction AS r ("messageId", "messageCreatedAt", "userId", reaction, "createdAt")
      VALUES (in_message, opened."messageCreatedAt", in_actor, in_reaction, opened.at)
      ON CONFLICT ON CONSTRAINT chat_message_reaction_pkey DO NOTHING;
      IF FOUND THEN
        "eventSeq" := opened.next;
        PERFORM chat_log_event(in_channel, opened.next, opened.at, 'reaction_added', in_message,
                               opened."messageCreatedAt", in_actor, jsonb_build_object('reaction', in_reaction));
      END IF;
    END IF;
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION chat_remove_reaction(in_channel bigint, in_actor bigint, in_message bigint, in_reaction text)
RETURNS TABLE (outcome integer, "eventSeq" bigint, at timestamptz, "messageCreatedAt" timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  opened record;
BEGIN
  SELECT * INTO opened FROM chat_open_message(in_channel, in_actor, in_message);
  outcome := opened.outcome;
  "eventSeq" := 0;
  at := opened.at;
  "messageCreatedAt" := opened."messageCreatedAt";
  IF outcome = 0 THEN
    DELETE FROM chat_message_reaction r
    WHERE r."messageId" = in_message AND r."messageCreatedAt" = opened."messageCreatedAt" AND r."userId" = in_actor
      AND r.reaction = in_reaction;
    IF FOUND THEN
      "eventSeq" := opened.next;
      PERFORM chat_log_event(in_channel, opened.next, opened.at, 'reaction_removed', in_message,
                             opened."messageCreatedAt", in_actor, jsonb_build_object('reaction', in_reaction));
    END IF;
  END IF;
  RETURN NEXT;
END $$;
