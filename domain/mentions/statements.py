"""The SQL of an arriving page: one statement a table, whole columns as arrays.

They run on asyncpg itself: binding arrays through SQLAlchemy costs as much as the insert.
"""

from domain.kernel.columns import column
from domain.mentions.sent import sent

# Readings of one account wait for each other: a thread that was looked up stays as it was. What
# follows keeps its plans, made for an average account: of a young one the planner believes what was
# counted before it grew, and walked through all of it.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended($1, 1)),
       set_config('plan_cache_mode', 'force_generic_plan', true)
"""

# Changes are few, and planned for the very page.
PLAN_ANEW = "SET LOCAL plan_cache_mode TO force_custom_plan"

# Who it is, then what may change.
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

# The same of the later messages of its threads, and of first comments: `remote_id` is the first's.
LATER = """
SELECT ref ->> 'remote_id' AS remote_id, d.remote_id AS first_remote_id, p.id AS post_id, p.title
  FROM deliveries d
 CROSS JOIN LATERAL jsonb_array_elements(d.refs) AS ref
  LEFT JOIN LATERAL (SELECT id, CASE WHEN community_id = $4 THEN title END AS title FROM posts
                      WHERE workspace_id = $1 AND id = d.post_id LIMIT 1) p ON true
 WHERE d.workspace_id = $1 AND d.account_id = $2 AND d.kind = 'publish'
   AND d.remote_id IS NOT NULL AND jsonb_array_length(d.refs) > 1
   AND ref ->> 'remote_id' = ANY ($3::text[])
"""

# Mentions; then, without a kind, conversations that the same ids began.
STANDING = """
SELECT kind, remote_id, id, conversation_id, title, text, language, url, deleted_at FROM mentions
 WHERE workspace_id = $1 AND account_id = $2 AND remote_id = ANY ($3::text[])
 UNION ALL
SELECT NULL, root_remote_id, NULL, id, NULL, NULL, NULL, NULL, NULL FROM conversations
 WHERE workspace_id = $1 AND account_id = $2 AND root_remote_id = ANY ($3::text[])
"""

# Conversations by their ids, and by what began them.
THREADS = """
SELECT id, root_remote_id AS root FROM conversations
 WHERE workspace_id = $1 AND id = ANY ($3::uuid[])
 UNION ALL
SELECT id, root_remote_id FROM conversations
 WHERE workspace_id = $1 AND account_id = $2 AND root_remote_id = ANY ($4::text[])
"""

# What is new, and its words. Gestures have none to be found by.
PUT_MENTIONS = f"""
WITH given AS MATERIALIZED (SELECT * FROM {sent(6)}), put AS (
    INSERT INTO mentions (
        workspace_id, account_id, community_id, network, version, created_at, updated_at, id, kind,
        remote_id, about_remote_id, author_handle, author_name, author_avatar_url, title, text,
        language, url, said_at, author_id, conversation_id, post_id, post_title, status, read_at)
    SELECT $1, $2, $3, $4, 1, $5::timestamptz, $5, id, kind, remote_id, about,
           coalesce(handle, ''), name, avatar_url, title, coalesce(text, ''), language, url,
           said_at, author_id, conversation_id, post_id, post_title, status,
           CASE status WHEN 'archived' THEN $5 END
      FROM given
)
INSERT INTO mention_words (workspace_id, said_at, mention_id, words)
SELECT $1, said_at, id, to_tsvector('parvis', parvis_plain(concat_ws(' ', title, text)))
  FROM given WHERE kind NOT IN ('like', 'repost', 'follow')
"""

PUT_CONVERSATIONS = f"""
INSERT INTO conversations (
    workspace_id, account_id, community_id, network, version, created_at, updated_at, id,
    root_remote_id, post_id, mention_count, last_mention_at)
SELECT $1, $2, $3, $4, 1, $5, $5, thread.*
  FROM unnest({column(6, "uuid")}, {column(7)}, {column(8, "uuid")}, {column(9, "integer")},
              {column(10, "timestamptz")}) AS thread
    ON CONFLICT (workspace_id, id)
    DO UPDATE SET mention_count = conversations.mention_count + excluded.mention_count,
                  last_mention_at = greatest(conversations.last_mention_at,
                                             excluded.last_mention_at),
                  post_id = coalesce(conversations.post_id, excluded.post_id),
                  version = conversations.version + 1, updated_at = excluded.updated_at
"""

# In one order for all, so that who marks many mentions and a page never lock crosswise.
HOLD = """
SELECT FROM mentions WHERE workspace_id = $1 AND id = ANY ($2::uuid[])
 ORDER BY id FOR NO KEY UPDATE
"""

# What was there keeps its status, its reader and its thread; what was gone is there again.
CHANGE_MENTIONS = """
WITH changed AS (
    UPDATE mentions m
       SET title = sent.title, text = sent.text, language = sent.language, url = sent.url,
           edited_at = $2, deleted_at = NULL, version = m.version + 1, updated_at = $2
      FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
           AS sent (id, title, text, language, url)
     WHERE m.workspace_id = $1 AND m.id = sent.id
    RETURNING m.id, m.said_at, m.title, m.text
)
UPDATE mention_words w
   SET words = to_tsvector('parvis', parvis_plain(concat_ws(' ', changed.title, changed.text)))
  FROM changed
 WHERE w.workspace_id = $1 AND w.said_at = changed.said_at AND w.mention_id = changed.id
"""

DELETE_MENTIONS = """
WITH gone AS (
    UPDATE mentions SET text = '', title = NULL, deleted_at = $2, updated_at = $2,
           version = version + 1, status = CASE status WHEN 'open' THEN 'gone' ELSE status END
     WHERE workspace_id = $1 AND id = ANY ($3::uuid[])
    RETURNING id, said_at
)
UPDATE mention_words w SET words = ''
  FROM gone
 WHERE w.workspace_id = $1 AND w.said_at = gone.said_at AND w.mention_id = gone.id
"""
