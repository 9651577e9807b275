SELECT json_build_object('enterprises', json_build_object(
  'nodes', coalesce(json_agg(json_build_object(
    'creditCode', e.credit_code, 'name', e.name, 'kind', upper(e.kind), 'status', upper(e.status),
    'establishedOn', e.established_on, 'address', e.address,
    'division', (SELECT json_build_object('code', d.code, 'shortName', d.short_name)
      FROM division d WHERE d.code = e.division_id),
    'industry', (SELECT json_build_object('code', i.code, 'name', i.name) FROM industry i WHERE i.code = e.industry_id),
    'listings', (
      SELECT coalesce(json_agg(json_build_object('list', upper(l.list), 'listedOn', l.listed_on)
        ORDER BY l.listed_on, l.id), '[]')
      FROM enterprise_listing l WHERE l.enterprise_id = e.id)
  ) ORDER BY e.id DESC) FILTER (WHERE e.n <= $3), '[]'),
  'pageInfo', json_build_object(
    'hasNextPage', count(*) > $3, 'endCursor', (min(e.id) FILTER (WHERE e.n <= $3))::text)))::text
FROM (
  SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (
    SELECT * FROM enterprise
    WHERE substr(division_id, 1, 6) = $1 AND industry_id = $2 AND is_published AND id < $4::bigint
    ORDER BY id DESC LIMIT $3::bigint + 1) p
) e
