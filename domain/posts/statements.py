"""The SQL of going out: whole batches as arrays, on asyncpg itself.

Who changes several deliveries locks them in the order of their ids; who changes posts too has
locked those before. So batches never wait for each other crosswise.
"""

CLAIM = "SELECT * FROM parvis_claim($1, $2, $3, $4, $5)"

# Who lets messages out is known by it until the end of the transaction.
JUDGE = "SELECT on_hold, may_expire, paused, has_policies FROM parvis_judge($1, $2)"

VARIANTS = """
SELECT v.id, v.post_id, v.parts, v.media_ids, v.link_url, v.language, v.visibility,
       v.content_warning, v.poll, v.quote_of, v.first_comment, v.settings, a.network,
       coalesce(v.locale, a.locale) AS locale,
       coalesce(v.segment, a.segment) AS segment, coalesce(v.tone, a.tone) AS tone,
       p.id, p.text, p.media_ids, p.link_url, p.language, c.name AS campaign, c.utm,
       p.poll, p.quote_of, p.first_comment, p.settings,
       EXISTS (SELECT FROM adaptations d
                WHERE d.workspace_id = p.workspace_id AND d.post_id = p.id) AS is_adapted
  FROM variants v JOIN accounts a ON a.workspace_id = v.workspace_id AND a.id = v.account_id
  JOIN posts p ON p.workspace_id = v.workspace_id AND p.id = v.post_id
  LEFT JOIN campaigns c ON c.workspace_id = p.workspace_id AND c.id = p.campaign_id
 WHERE v.workspace_id = $1 AND v.id = ANY ($2)
"""

# Removed ones too: what was planned before goes on to name them.
CONTACTS = """
SELECT DISTINCT ON (key) key, name, handles FROM contacts
 WHERE workspace_id = $1 AND key = ANY ($2)
 ORDER BY key, removed_at DESC NULLS FIRST
"""

ADAPTATIONS = """
SELECT id, post_id, network, locale, segment, tone, parts, language, media_ids, link_url,
       content_warning, poll, quote_of, first_comment
  FROM adaptations WHERE workspace_id = $1 AND post_id = ANY ($2)
"""

RENDITIONS = """
SELECT id, rendition_of, rendition_for FROM media
 WHERE workspace_id = $1 AND rendition_of = ANY ($2)
"""

# Held before anything went out: the attempt does not count.
HOLD = """
WITH mine AS MATERIALIZED (
    SELECT d.id, sent.problem, d.problem ->> 'code' AS told
      FROM unnest($2::uuid[], $3::text[]) AS sent (id, problem)
      JOIN deliveries d ON d.workspace_id = $1 AND d.id = sent.id AND d.state = 'going'
     ORDER BY d.id FOR UPDATE OF d
)
UPDATE deliveries d
   SET state = 'waiting', act_at = $4, attempts = attempts - 1,
       problem = CAST(mine.problem AS jsonb), version = version + 1, updated_at = $5
  FROM mine WHERE d.workspace_id = $1 AND d.id = mine.id
RETURNING d.id, d.account_id, d.post_id, mine.told
"""

ON_HOLD = """
SELECT id, hold_reason FROM posts
 WHERE workspace_id = $1 AND held_at IS NOT NULL AND id = ANY ($2)
"""
GOING_OUT = """
WITH mine AS MATERIALIZED (
    SELECT id FROM posts
     WHERE workspace_id = $1 AND id = ANY ($2) AND state = 'scheduled' AND held_at IS NULL
     ORDER BY id FOR UPDATE
)
UPDATE posts p SET state = 'going_out', version = version + 1, updated_at = $3
  FROM mine WHERE p.workspace_id = $1 AND p.id = mine.id
RETURNING p.id
"""

PREPARE = """
WITH mine AS MATERIALIZED (
    SELECT d.id, sent.value
      FROM unnest($2::uuid[], $3::text[]) AS sent (id, value)
      JOIN deliveries d ON d.workspace_id = $1 AND d.id = sent.id
     ORDER BY d.id FOR UPDATE OF d
)
UPDATE deliveries d SET content = CAST(mine.value AS jsonb)
  FROM mine WHERE d.workspace_id = $1 AND d.id = mine.id
"""
KEEP_STEPS = "SELECT parvis_keep_progress_of($1, $2, $3, $4, $5) AS id"

# A lease is ours as long as it ends when we said it would.
_OURS = """
WITH mine AS MATERIALIZED (
    SELECT d.id
      FROM unnest($2::uuid[], $3::timestamptz[]) AS held (id, lease_end)
      JOIN deliveries d ON d.workspace_id = $1 AND d.id = held.id AND d.act_at = held.lease_end
     ORDER BY d.id FOR UPDATE OF d
)
"""
EXTEND = f"""{_OURS}
UPDATE deliveries d SET act_at = $4
  FROM mine WHERE d.workspace_id = $1 AND d.id = mine.id
RETURNING d.id
"""
GIVE_BACK = f"""{_OURS}
UPDATE deliveries d
   SET attempts = attempts - CASE d.state WHEN 'going' THEN 1 ELSE 0 END,
       look_ups = look_ups - CASE d.state WHEN 'going' THEN 0 ELSE 1 END,
       state = CASE d.state WHEN 'going' THEN 'waiting' ELSE d.state END,
       problem = CASE d.state WHEN 'going' THEN coalesce(CAST(put.problem AS jsonb), d.problem)
                              ELSE d.problem END,
       act_at = put.again_at, version = version + 1, updated_at = $4
  FROM mine JOIN unnest($2::uuid[], $5::timestamptz[], $6::text[])
                 AS put (id, again_at, problem) USING (id)
 WHERE d.workspace_id = $1 AND d.id = mine.id
RETURNING d.id, d.act_at
"""

# What somebody else has in hand is his to put off, or to change.
PUT_OFF_DUE = """
WITH mine AS MATERIALIZED (
    SELECT id FROM deliveries
     WHERE workspace_id = $1 AND account_id = $2 AND act_at <= $3
       AND state = 'waiting' AND kind <> 'withdraw'
     ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE deliveries d
   SET act_at = $4, problem = CAST($5 AS jsonb), version = version + 1, updated_at = $3
  FROM mine WHERE d.workspace_id = $1 AND d.id = mine.id
RETURNING d.id
"""

LOCK_POSTS = """
SELECT id, state, published_at FROM posts
 WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE
"""
LOCK_DELIVERIES = """
SELECT id, state, kind, account_id, url, undoes_id FROM deliveries
 WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE
"""
EDITS_OF = """
SELECT id FROM deliveries
 WHERE workspace_id = $1 AND post_id = ANY ($2) AND undoes_id = ANY ($3) AND kind = 'edit'
   AND state IN ('waiting', 'going', 'failed', 'unknown')
"""
CALL_OFF = """
UPDATE deliveries
   SET state = 'cancelled', act_at = NULL, problem = NULL, version = version + 1, updated_at = $2
 WHERE workspace_id = $1 AND id = ANY ($3)
"""
# A retry counts on where the history ends.
RECORD = """
WITH told AS (
    INSERT INTO attempts (workspace_id, outcome, ended_at, id, delivery_id, act, started_at, number)
    SELECT $1, $2, $3, sent.*,
           (SELECT count(*) + 1 FROM attempts a
             WHERE a.workspace_id = $1 AND a.delivery_id = sent.delivery_id)
      FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[])
           AS sent (id, delivery_id, act, started_at)
)
UPDATE deliveries d
   SET state = 'done', act_at = NULL, problem = NULL, version = version + 1, updated_at = $3,
       published_at = sent.at, refs = CAST(sent.refs AS jsonb), remote_id = sent.remote_id,
       url = sent.url, read_back_at = $12
  FROM unnest($8::uuid[], $9::text[], $10::text[], $11::text[], $13::timestamptz[])
       AS sent (id, refs, remote_id, url, at)
 WHERE d.workspace_id = $1 AND d.id = sent.id
"""
DONE = """
UPDATE deliveries d
   SET state = 'done', act_at = NULL, problem = NULL, version = version + 1, updated_at = $2
 WHERE workspace_id = $1 AND id = ANY ($3)
"""
UNDONE = """
UPDATE deliveries
   SET state = 'withdrawn', act_at = NULL, problem = NULL, read_back_at = NULL, drift = NULL,
       drifted_at = NULL, version = version + 1, updated_at = $2
 WHERE workspace_id = $1 AND id = ANY ($3)
"""
# Under the locks of their posts; a claim may come in between, and settles them itself.
STATES = """
SELECT post_id, account_id, variant_id, state, checkpoint, published_at FROM deliveries
 WHERE workspace_id = $1 AND post_id = ANY ($2) AND kind = 'publish' ORDER BY id
"""
SETTLE = """
UPDATE posts p SET state = sent.state, version = version + 1, updated_at = $2,
       published_at = sent.published_at
  FROM unnest($3::uuid[], $4::text[], $5::timestamptz[]) AS sent (id, state, published_at)
 WHERE p.workspace_id = $1 AND p.id = sent.id
"""

ANY_GOING = """
SELECT EXISTS (SELECT FROM deliveries WHERE workspace_id = $1 AND act_at IS NOT NULL
                  AND state = 'going')
"""
