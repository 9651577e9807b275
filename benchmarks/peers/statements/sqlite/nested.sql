SELECT json_object('divisions', json_object('nodes', json_group_array(json_object(
  'code', c.code, 'shortName', c.short_name,
  'open', (
    SELECT json_object('totalCount', min(count(*), 100)) FROM (
      SELECT 1 FROM grievance g
      WHERE g.division_id = c.code AND g.status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened') AND g.is_public
      LIMIT 101)),
  'enterprises', (
    SELECT json_object('totalCount', min(count(*), 100)) FROM (
      SELECT 1 FROM enterprise e WHERE e.division_id = c.code AND e.is_published LIMIT 101)),
  'grids', json_object('nodes', (
    SELECT json_group_array(json_object('code', r.code, 'name', r.name, 'households', r.households,
      'grievances', json_object('nodes', (
        SELECT json_group_array(json_object(
          'number', g.number, 'status', upper(g.status), 'submittedAt', replace(g.submitted_at, ' ', 'T'),
          'publicText', g.public_text,
          'latestUpdate', (
            SELECT json_object(
              'at', replace(u.at, ' ', 'T'), 'status', upper(u.status), 'byLine', u.by_line, 'publicNote', u.public_note)
            FROM grievance_update u WHERE u.grievance_id = g.id AND u.internal_note = '' ORDER BY u.id DESC LIMIT 1)))
        FROM (
          SELECT * FROM grievance
          WHERE grid_id = r.code AND status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened') AND is_public
          ORDER BY id DESC LIMIT ?3) g))))
    FROM (SELECT * FROM grid WHERE division_id = c.code ORDER BY code LIMIT ?2) r))))))
FROM (SELECT * FROM division WHERE code IN (SELECT value FROM json_each(?1)) ORDER BY code LIMIT 20) c
