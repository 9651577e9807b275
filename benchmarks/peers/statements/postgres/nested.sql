SELECT json_build_object('divisions', json_build_object('nodes', coalesce(json_agg(json_build_object(
  'code', c.code, 'shortName', c.short_name,
  'open', (
    SELECT json_build_object('totalCount', least(count(*), 100)) FROM (
      SELECT 1 FROM grievance g
      WHERE g.division_id = c.code AND g.status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened') AND g.is_public
      LIMIT 101) l),
  'enterprises', (
    SELECT json_build_object('totalCount', least(count(*), 100)) FROM (
      SELECT 1 FROM enterprise e WHERE e.division_id = c.code AND e.is_published LIMIT 101) l),
  'grids', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object('code', r.code, 'name', r.name, 'households', r.households,
      'grievances', json_build_object('nodes', (
        SELECT coalesce(json_agg(json_build_object(
          'number', g.number, 'status', upper(g.status), 'submittedAt', g.submitted_at, 'publicText', g.public_text,
          'latestUpdate', (
            SELECT json_build_object(
              'at', u.at, 'status', upper(u.status), 'byLine', u.by_line, 'publicNote', u.public_note)
            FROM grievance_update u WHERE u.grievance_id = g.id AND u.internal_note = '' ORDER BY u.id DESC LIMIT 1)
        ) ORDER BY g.id DESC), '[]')
        FROM (
          SELECT * FROM grievance
          WHERE grid_id = r.code AND status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened') AND is_public
          ORDER BY id DESC LIMIT $3) g))
    ) ORDER BY r.code), '[]')
    FROM (SELECT * FROM grid WHERE division_id = c.code ORDER BY code LIMIT $2) r))
) ORDER BY c.code), '[]')))::text
FROM (SELECT * FROM division WHERE code = ANY ($1) ORDER BY code LIMIT 20) c
