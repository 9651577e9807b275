SELECT json_build_object(
  'division', (
    SELECT json_build_object(
      'id', 'Division:' || d.code, 'code', d.code, 'name', d.name, 'shortName', d.short_name, 'pinyin', d.pinyin,
      'level', upper(d.level), 'summary', d.summary, 'phone', d.phone, 'address', d.address,
      'foundedYear', d.founded_year, 'isResettlement', d.is_resettlement, 'isProvisional', d.is_provisional,
      'mayEdit', false,
      'successor', (SELECT json_build_object('code', s.code, 'shortName', s.short_name)
        FROM division s WHERE s.code = d.successor_id),
      'parent', (
        SELECT json_build_object('code', a.code, 'shortName', a.short_name, 'parent', (
          SELECT json_build_object('code', b.code, 'shortName', b.short_name, 'parent', (
            SELECT json_build_object('code', c.code, 'shortName', c.short_name) FROM division c WHERE c.code = b.parent_id))
          FROM division b WHERE b.code = a.parent_id))
        FROM division a WHERE a.code = d.parent_id),
      'figures', (
        SELECT coalesce(json_agg(json_build_object('key', f.key, 'name', f.name, 'amount', f.amount, 'unit', f.unit,
          'qualifier', upper(f.qualifier), 'period', f.period) ORDER BY f.position, f.id), '[]')
        FROM figure f WHERE f.division_id = d.code AND f.compound_id IS NULL),
      'children', (
        SELECT json_build_object('totalCount', least(count(*), 100), 'nodes', coalesce(json_agg(
          json_build_object('code', c.code, 'shortName', c.short_name, 'pinyin', c.pinyin) ORDER BY c.code), '[]'))
        FROM (SELECT * FROM division c WHERE c.parent_id = d.code ORDER BY c.code LIMIT 100) c),
      'grids', json_build_object(
        'totalCount', (SELECT least(count(*), 100) FROM (SELECT 1 FROM grid WHERE division_id = d.code LIMIT 101) l),
        'nodes', (
          SELECT coalesce(json_agg(json_build_object(
            'code', g.code, 'name', g.name, 'level', upper(g.level), 'area', g.area,
            'currentWorker', (
              SELECT json_build_object('person', (
                SELECT json_build_object('name', p.name, 'workPhone', p.work_phone) FROM person p WHERE p.id = w.person_id))
              FROM grid_assignment w WHERE w.grid_id = g.code AND w.to_on IS NULL AND w.role = 'lead'
              ORDER BY w.id DESC LIMIT 1)
          ) ORDER BY g.code), '[]')
          FROM (SELECT * FROM grid WHERE division_id = d.code ORDER BY code LIMIT 40) g),
        'pageInfo', json_build_object('hasNextPage', EXISTS (
          SELECT 1 FROM grid WHERE division_id = d.code ORDER BY code OFFSET 40 LIMIT 1))))
    FROM division d WHERE d.code = $1),
  'compounds', (
    SELECT json_build_object(
      'totalCount', least(t.n, 100), 'totalCountIsCapped', t.n > 100,
      'nodes', (
        SELECT coalesce(json_agg(json_build_object(
          'number', c.id, 'name', c.name, 'households', c.households, 'residents', c.residents,
          'management', upper(c.management), 'managerName', c.manager_name, 'feeFen', c.fee_fen, 'summary', c.summary,
          'division', (SELECT json_build_object('code', d.code, 'shortName', d.short_name)
            FROM division d WHERE d.code = c.division_id),
          'figures', (
            SELECT coalesce(json_agg(json_build_object('name', f.name, 'amount', f.amount, 'unit', f.unit,
              'qualifier', upper(f.qualifier)) ORDER BY f.position, f.id), '[]')
            FROM figure f WHERE f.compound_id = c.id)
        ) ORDER BY c.id DESC), '[]')
        FROM (SELECT * FROM compound WHERE division_id = $1 AND is_active ORDER BY id DESC LIMIT 12) c))
    FROM (SELECT count(*) AS n FROM (SELECT 1 FROM compound WHERE division_id = $1 AND is_active LIMIT 101) l) t),
  'performance', (
    SELECT json_build_object('received', t.received, 'responded', t.responded, 'respondedInTime', t.responded_in_time,
      'resolved', t.resolved, 'resolvedInTime', t.resolved_in_time)
    FROM grievance_cell t
    WHERE t.division_id = $1 AND t.channel = '' AND t.category = '' AND t.month = $2),
  'events', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object('slug', e.slug, 'title', e.title, 'kind', upper(e.kind),
      'status', upper(e.status), 'startsAt', e.starts_at, 'venue', e.venue,
      'division', (SELECT json_build_object('code', d.code, 'shortName', d.short_name, 'pinyin', d.pinyin)
        FROM division d WHERE d.code = e.division_id)) ORDER BY e.starts_at, e.id), '[]')
    FROM (
      SELECT * FROM event WHERE division_id IN (substr($1, 1, 4), substr($1, 1, 6), substr($1, 1, 9), $1) AND NOT is_over AND ends_at >= now()
        AND status <> 'finished' AND status <> 'draft' ORDER BY starts_at, id LIMIT 5) e)),
  'services', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object('slug', s.slug, 'name', s.name, 'kind', upper(s.kind),
      'summary', s.summary, 'division', (SELECT json_build_object('code', d.code, 'shortName', d.short_name)
        FROM division d WHERE d.code = s.division_id)) ORDER BY s.id DESC), '[]')
    FROM (SELECT * FROM service WHERE division_id = $1 AND status <> 'draft' ORDER BY id DESC LIMIT 8) s)),
  'grievances', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object('number', g.number, 'publicText', g.public_text,
      'status', upper(g.status), 'submittedAt', g.submitted_at,
      'category', (SELECT json_build_object('name', k.name, 'nameEn', k.name_en)
        FROM grievance_category k WHERE k.code = g.category_id)) ORDER BY g.id DESC), '[]')
    FROM (SELECT * FROM grievance WHERE division_id = $1 AND is_public ORDER BY id DESC LIMIT 5) g)),
  'enterprises', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object('creditCode', e.credit_code, 'name', e.name) ORDER BY e.id DESC), '[]')
    FROM (SELECT * FROM enterprise WHERE division_id = $1 AND is_published ORDER BY id DESC LIMIT 5) e))
)::text
