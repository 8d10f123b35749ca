-- Adds: to chat_search_query() that words of one letter and words that stand there already are left out, and what comes after the
-- first 16: each is a scan of the index. Locks: none. Undo: restore the function of 0019.

-- All that is in `wanted` has to be found: words by their beginnings, runs of other scripts as they stand. Null: nothing
-- in it can be found.
CREATE OR REPLACE FUNCTION chat_search_query(wanted text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg('(' || kept.term || ')', ' & ')::tsquery
  FROM (
    SELECT terms.term
    FROM (SELECT min(t.run) AS first, string_agg('''' || replace(replace(t.token, '\', '\\'), '''', '''''') || ''''
                            || CASE WHEN t.is_pair AND NOT t.is_rest THEN '' ELSE ':*' END, ' <-> ' ORDER BY t.place) AS term
          FROM (SELECT *, max(place) OVER (PARTITION BY run) AS places FROM chat_search_tokens(wanted)) t
          WHERE (NOT t.is_rest OR t.places = 1) AND (t.is_pair OR length(t.token) > 1)
          GROUP BY t.run) terms
    GROUP BY terms.term
    ORDER BY min(terms.first) LIMIT 16) kept;
$$;
