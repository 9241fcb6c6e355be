"""The SQL of an arriving page: one statement a table, whole columns as arrays.

They run on asyncpg itself: binding arrays through SQLAlchemy costs as much as the insert.
"""

# Readings of one account wait for each other: a thread that was looked up stays as it was. What is
# looked up is planned for the very page: whole pages at once by one index, and where a young table
# makes the planner take another one, that is walked once, not once for each row.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended($1, 1)),
       set_config('plan_cache_mode', 'force_custom_plan', true)
"""
PLAN_AS_USUAL = "SET LOCAL plan_cache_mode TO DEFAULT"

AUTHORS = """
SELECT id, server, remote_id, handle, display_name, url, avatar_url FROM authors
 WHERE workspace_id = $1 AND network = $2
   AND server = ANY ($3::text[]) AND remote_id = ANY ($4::text[])
"""

PUT_AUTHORS = """
INSERT INTO authors (workspace_id, network, version, created_at, updated_at, id, server, remote_id,
                     handle, display_name, url, avatar_url)
SELECT $1, $2, 1, $3, $3, sent.*
  FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       AS sent
    ON CONFLICT (workspace_id, network, server, remote_id)
    DO UPDATE SET handle = excluded.handle, display_name = excluded.display_name,
                  url = excluded.url, avatar_url = excluded.avatar_url,
                  version = authors.version + 1, updated_at = excluded.updated_at
RETURNING server, remote_id, id
"""

# What our account said: the post it was, or the conversation it was an answer in. A post of another
# community ($4 is the account's) is not named in words: who reads this inbox may not see that one.
OURS = """
SELECT d.remote_id, p.id AS post_id, p.title, t.conversation_id
  FROM deliveries d
  LEFT JOIN LATERAL (SELECT id, CASE WHEN community_id = $4 THEN title END AS title FROM posts
                      WHERE workspace_id = $1 AND id = d.post_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT mention_id FROM answers
                      WHERE workspace_id = $1 AND delivery_id = d.id LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT conversation_id FROM mentions
                      WHERE workspace_id = $1 AND id = a.mention_id LIMIT 1) t ON true
 WHERE d.workspace_id = $1 AND d.account_id = $2 AND d.remote_id = ANY ($3::text[])
"""

THEIRS = """
SELECT remote_id, conversation_id FROM mentions
 WHERE workspace_id = $1 AND account_id = $2 AND kind IN ('mention', 'reply', 'quote')
   AND remote_id = ANY ($3::text[])
"""

THREADS = (
    "SELECT id, root_remote_id AS root FROM conversations WHERE workspace_id = $1 AND id = ANY ($2)"
)

CONVERSATIONS = """
SELECT id, root_remote_id AS root FROM conversations
 WHERE workspace_id = $1 AND account_id = $2 AND root_remote_id = ANY ($3::text[])
"""

# What was there keeps its status, its reader and its thread; unchanged rows are left alone. Only
# what is new is counted in its conversation. Gestures have no words to be found by.
PUT_MENTIONS = """
WITH put AS (
    INSERT INTO mentions (
        workspace_id, account_id, community_id, network, version, created_at, updated_at, id, kind,
        remote_id, about_remote_id, author_handle, author_name, author_avatar_url, title, text,
        language, url, said_at, author_id, conversation_id, post_id, post_title, status, read_at)
    SELECT $1, $2, $3, $4, 1, $5, $5, sent.*
      FROM unnest($6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                  $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
                  $17::timestamptz[], $18::uuid[], $19::uuid[], $20::uuid[], $21::text[],
                  $22::text[], $23::timestamptz[]) AS sent
        ON CONFLICT (workspace_id, account_id, kind, remote_id)
        DO UPDATE SET title = excluded.title, text = excluded.text, language = excluded.language,
                      url = excluded.url, edited_at = excluded.updated_at, deleted_at = NULL,
                      version = mentions.version + 1, updated_at = excluded.updated_at
            WHERE mentions.deleted_at IS NOT NULL
               OR (mentions.title, mentions.text, mentions.language, mentions.url)
                  IS DISTINCT FROM
                  (excluded.title, excluded.text, excluded.language, excluded.url)
    RETURNING id, version, kind, conversation_id, said_at, title, text
), counted AS (
    INSERT INTO conversations (
        workspace_id, account_id, community_id, network, version, created_at, updated_at, id,
        root_remote_id, post_id, mention_count, last_mention_at)
    SELECT $1, $2, $3, $4, 1, $5, $5, thread.*, count(*), max(put.said_at)
      FROM put
      JOIN unnest($24::uuid[], $25::text[], $26::uuid[]) AS thread (id, root, post_id)
           ON thread.id = put.conversation_id
     WHERE put.version = 1
     GROUP BY thread.id, thread.root, thread.post_id
        ON CONFLICT (workspace_id, id)
        DO UPDATE SET mention_count = conversations.mention_count + excluded.mention_count,
                      last_mention_at = greatest(conversations.last_mention_at,
                                                 excluded.last_mention_at),
                      post_id = coalesce(conversations.post_id, excluded.post_id),
                      version = conversations.version + 1, updated_at = excluded.updated_at
), found AS (
    INSERT INTO mention_words (workspace_id, said_at, mention_id, words)
    SELECT $1, put.said_at, put.id,
           to_tsvector('parvis', parvis_plain(concat_ws(' ', put.title, put.text)))
      FROM put WHERE put.version = 1 AND put.kind NOT IN ('like', 'repost', 'follow')
), found_anew AS (
    UPDATE mention_words w
       SET words = to_tsvector('parvis', parvis_plain(concat_ws(' ', put.title, put.text)))
      FROM put
     WHERE put.version > 1 AND w.workspace_id = $1 AND w.said_at = put.said_at
       AND w.mention_id = put.id
)
SELECT array_agg(put.id) FILTER (WHERE put.version = 1) AS new,
       array_agg(put.id) FILTER (WHERE put.version > 1) AS changed
  FROM put
"""

DELETE_MENTIONS = """
WITH gone AS (
    UPDATE mentions m SET text = '', title = NULL, deleted_at = $3, updated_at = $3,
           version = m.version + 1,
           status = CASE m.status WHEN 'open' THEN 'gone' ELSE m.status END
      FROM unnest($4::text[], $5::text[]) AS sent (kind, remote_id)
     WHERE m.workspace_id = $1 AND m.account_id = $2 AND m.kind = sent.kind
       AND m.remote_id = sent.remote_id AND m.deleted_at IS NULL
    RETURNING m.id, m.said_at
), forgotten AS (
    UPDATE mention_words w SET words = ''
      FROM gone
     WHERE w.workspace_id = $1 AND w.said_at = gone.said_at AND w.mention_id = gone.id
)
SELECT id FROM gone
"""
