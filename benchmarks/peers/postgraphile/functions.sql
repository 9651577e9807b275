-- What PostGraphile needs beside the tables to give the same answers: visibility, open work, capped counts.
DROP SCHEMA IF EXISTS peers CASCADE;
CREATE SCHEMA peers;

CREATE FUNCTION peers.upcoming_events() RETURNS SETOF public.event LANGUAGE sql STABLE AS $$
  SELECT e.* FROM public.event e
  WHERE NOT e.is_over AND e.ends_at >= now() AND e.status <> 'finished' AND e.status <> 'draft'
  ORDER BY e.starts_at, e.id
$$;

CREATE FUNCTION peers.communities(codes text[]) RETURNS SETOF public.division LANGUAGE sql STABLE AS $$
  SELECT d.* FROM public.division d WHERE d.code = ANY (codes) ORDER BY d.code
$$;

CREATE FUNCTION peers.grid_open_grievances(grid public.grid) RETURNS SETOF public.grievance LANGUAGE sql STABLE AS $$
  SELECT g.* FROM public.grievance g
  WHERE g.grid_id = grid.code AND g.status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened') AND g.is_public
  ORDER BY g.id DESC
$$;

CREATE FUNCTION peers.grievance_public_updates(grievance public.grievance) RETURNS SETOF public.grievance_update
LANGUAGE sql STABLE AS $$
  SELECT u.* FROM public.grievance_update u WHERE u.grievance_id = grievance.id AND u.internal_note = '' ORDER BY u.id DESC
$$;

CREATE FUNCTION peers.division_open_grievances(division public.division) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT least(count(*), 100)::int FROM (
    SELECT 1 FROM public.grievance g
    WHERE g.division_id = division.code AND g.status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened') AND g.is_public
    LIMIT 101) l
$$;

CREATE FUNCTION peers.division_published_enterprises(division public.division) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT least(count(*), 100)::int FROM (
    SELECT 1 FROM public.enterprise e WHERE e.division_id = division.code AND e.is_published LIMIT 101) l
$$;

CREATE FUNCTION peers.register(county text, industry text) RETURNS SETOF public.enterprise LANGUAGE sql STABLE AS $$
  SELECT e.* FROM public.enterprise e
  WHERE substr(e.division_id, 1, 6) = county AND e.industry_id = industry AND e.is_published
$$;
COMMENT ON FUNCTION peers.register(text, text) IS '@behavior +orderBy +order +resource:connection:backwards';
