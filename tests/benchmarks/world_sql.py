"""The SQL that makes the data set of the measurements."""

NETWORKS = ("mastodon", "bluesky", "sandbox", "feed")
RARE_WORD = "chasselas"
COMMON = (
    "le la les des une dans pour avec sur vous nous merci bonjour samedi marché cave vigne village "
    "photo belle journée encore demain horaires ouvert fermé quelle question place enfants billet "
    "concert soirée lac montagne train gare raclette pain fromage école match équipe bravo super"
)
RARE_EVERY = 100

# Ids of version 7: their first 48 bits are the milliseconds of `at`.
FUNCTIONS = """
CREATE FUNCTION pg_temp.id7(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT overlay(overlay(replace(gen_random_uuid()::text, '-', '')
        PLACING lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') FROM 1 FOR 12)
        PLACING '7' FROM 13 FOR 1)::uuid
$$
"""

# `ON ONLY` would leave the months of a partitioned table without their index.
SET_ASIDE = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid)) AS make
  FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ($1::regclass[])
 UNION ALL
SELECT format('DROP INDEX %s', i.indexrelid::regclass),
       replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
  FROM pg_index i
 WHERE i.indrelid = ANY ($1::regclass[])
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
BROKEN = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"


def ground(small: int, heavy_share: int) -> str:
    """Workspaces, communities, accounts and calendars; `bench_seat` deals rows out among them."""
    networks = ", ".join(f"('{name}', {place})" for place, name in enumerate(NETWORKS))
    return f"""
CREATE TEMP TABLE bench_w AS
SELECT n, pg_temp.id7(now() - interval '400 days') AS id FROM generate_series(0, {small}) n;
INSERT INTO workspaces (workspace_id, slug, name, version, created_at, updated_at)
SELECT id, 'bench-' || n, 'Workspace ' || n, 1, now(), now() FROM bench_w;
INSERT INTO event_counters (workspace_id, last_number, forgotten_number, last_hashes)
SELECT id, 1000, 1000, ARRAY[decode(repeat('00', 32), 'hex')] FROM bench_w;
CREATE TEMP TABLE bench_c AS
SELECT w.n AS w, k, w.id AS workspace_id, pg_temp.id7(now() - interval '399 days') AS id,
       pg_temp.id7(now() - interval '398 days') AS calendar_id
  FROM bench_w w, generate_series(0, CASE w.n WHEN 0 THEN 4 ELSE 0 END) k;
INSERT INTO communities (workspace_id, id, version, created_at, updated_at, name, slug,
                         description, time_zone, languages)
SELECT workspace_id, id, 1, now(), now(), 'Village ' || k, 'village-' || k, '', 'UTC', '{{fr}}'
  FROM bench_c;
INSERT INTO calendars (workspace_id, id, version, created_at, updated_at, community_id, name,
                       description, colour, time_zone)
SELECT workspace_id, calendar_id, 1, now(), now(), id, 'Calendar', '', '#336699', 'UTC'
  FROM bench_c;
CREATE TEMP TABLE bench_a AS
SELECT c.*, c.id AS community_id, pg_temp.id7(now() - interval '397 days') AS account_id, network,
       place
  FROM bench_c c, (VALUES {networks}) AS named (network, place);
ANALYZE bench_a;
INSERT INTO accounts (workspace_id, id, version, created_at, updated_at, community_id, network,
                      state, server, remote_id, handle, measures, tries, poll_every_s)
SELECT workspace_id, account_id, 1, now(), now(), community_id, network, 'connected',
       'https://' || network || '.example', account_id::text, 'village', '{{}}', 0, 30
  FROM bench_a;
CREATE TEMP TABLE bench_seat AS
SELECT slot, a.* FROM generate_series(0, {40 * small - 1}) slot
  JOIN bench_a a ON a.w = CASE WHEN slot % 10 < {heavy_share} THEN 0 ELSE 1 + slot % {small} END
   AND a.k = CASE WHEN slot % 10 < {heavy_share} THEN (slot / 10) % 5 ELSE 0 END
   AND a.place = (slot / 50 + slot) % {len(NETWORKS)};
CREATE INDEX ON bench_seat (slot);
ANALYZE bench_seat
"""


def words() -> str:
    """Texts of 6 to 18 words; one in `RARE_EVERY` holds the rare one."""
    listed = COMMON.replace(" ", ",")
    return f"""
CREATE TEMP TABLE bench_text AS
SELECT n, string_agg((string_to_array('{listed}', ','))
                     [1 + floor(power(random(), 2) * 45)::int], ' ')
          || CASE WHEN n % {RARE_EVERY} = 7 THEN ' {RARE_WORD}' ELSE '' END AS body
  FROM generate_series(0, 4999) n, generate_series(1, 6 + n % 13)
 GROUP BY n;
CREATE INDEX ON bench_text (n);
ANALYZE bench_text
"""


def _dealt(rows: int, days: int) -> str:
    """Rows in the order of time, each with its seat."""
    return f"""
  FROM (SELECT n, now() - make_interval(secs => {days} * 86400.0 * ({rows} - n) / {rows}) AS at
          FROM generate_series(0, {rows - 1}) n) d
  JOIN bench_seat s ON s.slot = d.n % (SELECT count(*) FROM bench_seat)"""


def posts(rows: int, days: int) -> str:
    """Posts that were published, each by one account, with the delivery that brought it out."""
    return f"""
CREATE TEMP TABLE bench_p AS
SELECT d.n, d.at, s.*, pg_temp.id7(d.at) AS post_id, pg_temp.id7(d.at) AS variant_id,
       pg_temp.id7(d.at) AS delivery_id {_dealt(rows, days)} ORDER BY d.n;
INSERT INTO posts (workspace_id, id, version, created_at, updated_at, community_id, calendar_id,
                   title, text, labels, media_ids, state, wall_time, time_zone, publish_at,
                   published_at)
SELECT workspace_id, post_id, 3, at, at, community_id, calendar_id, 'Message ' || p.n, t.body,
       '{{}}', '{{}}', 'published', at, 'UTC', at, at
  FROM bench_p p JOIN bench_text t ON t.n = p.n % 5000 ORDER BY p.n;
INSERT INTO variants (workspace_id, id, version, created_at, updated_at, post_id, account_id,
                      visibility)
SELECT workspace_id, variant_id, 1, at, at, post_id, account_id, 'public' FROM bench_p ORDER BY n;
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id,
                        post_id, variant_id, state, due_at, checkpoint, attempts, look_ups,
                        sent_at, refs, remote_id, url, published_at)
SELECT workspace_id, delivery_id, 2, at, at, 'publish', account_id, post_id, variant_id, 'done',
       at, '{{}}', 1, 0, at, '[]', delivery_id::text, 'https://example.org/' || p.n, at
  FROM bench_p p ORDER BY n
"""


def authors(rows: int) -> str:
    return f"""
CREATE TEMP TABLE bench_au AS
SELECT n, row_number() OVER (PARTITION BY workspace_id, network ORDER BY n) - 1 AS place,
       workspace_id, network, pg_temp.id7(now() - interval '396 days') AS id
  FROM (SELECT n, s.workspace_id, s.network FROM generate_series(0, {rows - 1}) n
          JOIN bench_seat s ON s.slot = n % (SELECT count(*) FROM bench_seat)) dealt;
INSERT INTO authors (workspace_id, id, version, created_at, updated_at, network, server,
                     remote_id, handle, display_name, url, avatar_url)
SELECT workspace_id, id, 1, now(), now(), network, network || '.example', 'u' || n,
       'person' || n, 'Person ' || n, 'https://' || network || '.example/@person' || n,
       'https://' || network || '.example/avatars/' || n || '.png'
  FROM bench_au;
CREATE TEMP TABLE bench_au_count AS
SELECT workspace_id, network, count(*) AS many FROM bench_au GROUP BY 1, 2;
CREATE INDEX ON bench_au (workspace_id, network, place);
CREATE INDEX ON bench_p (workspace_id, account_id, n);
ANALYZE bench_au; ANALYZE bench_p; ANALYZE bench_au_count
"""


def conversations(rows: int, days: int) -> str:
    """Who will say what where: three mentions in a row make a thread of their account."""
    return f"""
CREATE TEMP TABLE bench_m AS
SELECT d.n, d.at, s.account_id, row_number() OVER (PARTITION BY s.account_id ORDER BY d.n) - 1
       AS place {_dealt(rows, days)};
CREATE TEMP TABLE bench_t AS
SELECT account_id, place / 3 AS thread, min(n) AS first_n, min(at) AS first_at,
       max(at) AS last_at, count(*) AS many, pg_temp.id7(min(at)) AS id
  FROM bench_m GROUP BY 1, 2;
ANALYZE bench_m; ANALYZE bench_t;
INSERT INTO conversations (workspace_id, id, version, created_at, updated_at, community_id,
                           account_id, network, root_remote_id, mention_count, last_mention_at)
SELECT a.workspace_id, t.id, 1, t.first_at, t.last_at, a.community_id, a.account_id, a.network,
       'm' || t.first_n, t.many, t.last_at
  FROM bench_t t JOIN bench_a a ON a.account_id = t.account_id ORDER BY t.first_n
"""


def mentions() -> str:
    """Three in ten are open; most are about a post of their account. Words fall to all alike."""
    return """
CREATE TEMP TABLE bench_last AS
SELECT DISTINCT ON (account_id, at::date) account_id, at::date AS on_day, post_id, n
  FROM bench_p ORDER BY account_id, at::date, n;
ANALYZE bench_last;
INSERT INTO mentions (workspace_id, id, version, created_at, updated_at, community_id, account_id,
                      network, kind, remote_id, about_remote_id, author_id, author_handle,
                      author_name, author_avatar_url, conversation_id, post_id, post_title, text,
                      language, url, said_at, status, read_at)
SELECT s.workspace_id, pg_temp.id7(d.at), 1, d.at + interval '20 seconds', d.at, s.community_id,
       s.account_id, s.network, CASE WHEN d.n = t.first_n THEN 'mention' ELSE 'reply' END,
       'm' || d.n, CASE WHEN d.n <> t.first_n THEN 'm' || t.first_n END, au.id, 'person' || au.n,
       'Person ' || au.n, 'https://' || s.network || '.example/avatars/' || au.n || '.png', t.id,
       l.post_id, 'Message ' || l.n, x.body, 'fr', 'https://' || s.network || '.example/m/' || d.n,
       d.at, (ARRAY['open','open','open','answered','answered','archived','archived','archived',
                    'archived','archived'])[1 + (d.n / 7) % 10],
       CASE WHEN (d.n / 7) % 10 > 2 THEN d.at + interval '1 hour' END
  FROM bench_m d
  JOIN bench_a s ON s.account_id = d.account_id
  JOIN bench_t t ON t.account_id = d.account_id AND t.thread = d.place / 3
  JOIN bench_au_count c ON c.workspace_id = s.workspace_id AND c.network = s.network
  JOIN bench_au au ON au.workspace_id = s.workspace_id AND au.network = s.network
   AND au.place = (d.n * 7919::bigint) % c.many
  JOIN bench_text x ON x.n = hashint4(d.n) & 4095
  LEFT JOIN bench_last l ON l.account_id = d.account_id AND l.on_day = d.at::date
 ORDER BY d.n;
INSERT INTO mention_words (workspace_id, said_at, mention_id, words)
SELECT workspace_id, said_at, id, to_tsvector('parvis', text) FROM mentions
"""


def measured(days: int) -> str:
    """Posts whose numbers are known, the newest first."""
    return f"""
CREATE TEMP TABLE bench_s AS
SELECT * FROM bench_p WHERE at BETWEEN now() - interval '{days} days' AND now() - interval '1 day'
"""


def samples(rows: int, days: int) -> str:
    """Totals that grow for `days` after publication, as many as asked for where posts suffice.

    The last post may lack its last days, never its first: what precedes them would be unknown.
    """
    return f"""
INSERT INTO samples (workspace_id, subject_id, sampled_at, metric, total, source_metric, post_id,
                     account_id, community_id, network)
SELECT * FROM (
    SELECT p.workspace_id, p.delivery_id, at.sampled_at, m.metric, (20 + p.n % 80) * m.weight * day,
           m.metric AS source, p.post_id, p.account_id, p.community_id, p.network
      FROM bench_s p, generate_series(1, {days}) day,
           (VALUES ('likes', 5), ('reposts', 2), ('replies', 1)) AS m (metric, weight),
           LATERAL (SELECT date_trunc('day', p.at) + make_interval(days => day, mins => -30)
                           AS sampled_at) at
     WHERE at.sampled_at < now()
     ORDER BY p.n DESC, day LIMIT {rows}) made
 ORDER BY sampled_at
"""
