"""Claims of several workspaces in one round trip and one commit, each under its own tenant.

Many plan for the same moment, and of most workspaces one post is due then: a transaction for each
cost more than all the rest. The code before this goes on to claim by statements of its own.
"""

from alembic import op

revision = "2026_11_28_2018"
down_revision = "2026_11_28_2002"
branch_labels = None
depends_on = None

# An account speaks through one worker at a time, or its messages would overtake each other: what
# another holds of it keeps the rest, until it is done or its lease ends, and so does what is in
# doubt until it is looked up; without a holder, it keeps nobody. Said as ranges of holders and not
# of moments, so that what this worker holds itself, however much, is not read.
_UNDER_WAY = "state IN ('going', 'unknown')"
HELD = " UNION ALL ".join(
    f"""
    SELECT account_id FROM deliveries
     WHERE workspace_id = house AND {by_another} AND act_at IS NOT NULL
       AND act_at - moment > interval '0'
    """
    for by_another in (
        f"{_UNDER_WAY} AND claimed_by < claimer",
        f"{_UNDER_WAY} AND claimed_by > claimer",
        "state = 'going' AND claimed_by IS NULL",
    )
)
# Who claims has the accounts to themselves until the commit; others find them held afterwards. Not
# too many at once, as PostgreSQL has room for few thousand locks in all.
LOCK_ACCOUNTS = f"""
WITH due AS MATERIALIZED (
    SELECT account_id, act_at FROM deliveries
     WHERE workspace_id = house AND act_at <= moment AND account_id NOT IN ({HELD})
     ORDER BY act_at, due_at, id LIMIT room
), accounts AS MATERIALIZED (
    SELECT account_id FROM due GROUP BY account_id ORDER BY min(act_at), account_id
     LIMIT locks
)
SELECT account_id FROM accounts
 WHERE pg_try_advisory_xact_lock(hashtextextended(account_id::text, 3))
"""
# Whose lease is lost (going, past its end) while a step was under way has an unknown outcome: it is
# looked up, never sent again. What waited its turn, or stood between two steps, is taken over as it
# is.
_UNBEGUN = "d.state = 'going' AND NOT d.is_begun"
# A withdrawal takes back what stands there now: more of a copy that was half out may by then.
# By position, not equality: what is due is found by its moment, never by an account's history.
CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT id FROM deliveries
     WHERE workspace_id = house AND act_at <= moment
       AND array_position(free, account_id) IS NOT NULL AND account_id NOT IN ({HELD})
     ORDER BY act_at, due_at, id LIMIT room FOR UPDATE SKIP LOCKED
)
UPDATE deliveries d
   SET attempts = attempts + CASE d.state WHEN 'waiting' THEN 1 ELSE 0 END,
       look_ups = look_ups + CASE WHEN d.state = 'waiting' OR {_UNBEGUN} THEN 0 ELSE 1 END,
       sent_at = coalesce(sent_at, moment),
       state = CASE WHEN d.state = 'waiting' OR {_UNBEGUN} THEN 'going' ELSE 'unknown' END,
       is_begun = is_begun AND d.state <> 'waiting',
       act_at = lease_end, claimed_by = claimer, version = version + 1, updated_at = moment
  FROM due WHERE d.workspace_id = house AND d.id = due.id
RETURNING d.workspace_id, d.id, d.kind, d.state, d.account_id, d.post_id, d.variant_id,
          d.undoes_id, d.due_at, d.content, d.checkpoint, d.attempts, d.failures, d.askings,
          d.look_ups, d.look_ups_ended, d.sent_at, d.trace, d.version,
          CASE d.kind WHEN 'withdraw'
               THEN (SELECT copy.refs FROM deliveries copy
                      WHERE copy.workspace_id = house AND copy.id = d.undoes_id)
               ELSE d.refs END AS refs
"""
FUNCTION = f"""
CREATE FUNCTION parvis_claim(
    houses uuid[], claimer uuid, moment timestamptz, lease_end timestamptz, room bigint
) RETURNS TABLE (
    workspace_id uuid, id uuid, kind text, state text, account_id uuid, post_id uuid,
    variant_id uuid, undoes_id uuid, due_at timestamptz, content jsonb, checkpoint jsonb,
    attempts int, failures int, askings int, look_ups int, look_ups_ended int,
    sent_at timestamptz, trace text, version int, refs jsonb
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    house uuid; free uuid[]; taken bigint; locks int := 500;
BEGIN
    FOREACH house IN ARRAY houses LOOP
        PERFORM set_config('parvis.workspace', house::text, true);
        free := ARRAY({LOCK_ACCOUNTS});
        IF cardinality(free) > 0 THEN
            RETURN QUERY {CLAIM};
            GET DIAGNOSTICS taken = ROW_COUNT;
            room := room - taken;
            locks := locks - cardinality(free);
        END IF;
        EXIT WHEN room <= 0 OR locks <= 0;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_claim(uuid[], uuid, timestamptz, timestamptz, bigint)")
