SELECT json_object('enterprises', json_object(
  'nodes', json_group_array(json_object(
    'creditCode', e.credit_code, 'name', e.name, 'kind', upper(e.kind), 'status', upper(e.status),
    'establishedOn', e.established_on, 'address', e.address,
    'division', (SELECT json_object('code', d.code, 'shortName', d.short_name)
      FROM division d WHERE d.code = e.division_id),
    'industry', (SELECT json_object('code', i.code, 'name', i.name) FROM industry i WHERE i.code = e.industry_id),
    'listings', (
      SELECT json_group_array(json_object('list', upper(l.list), 'listedOn', l.listed_on))
      FROM (SELECT * FROM enterprise_listing WHERE enterprise_id = e.id ORDER BY listed_on, id) l)
  )) FILTER (WHERE e.n <= ?3),
  'pageInfo', json_object(
    'hasNextPage', json(iif(count(*) > ?3, 'true', 'false')),
    'endCursor', CAST(min(e.id) FILTER (WHERE e.n <= ?3) AS TEXT))))
FROM (
  SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (
    SELECT * FROM enterprise
    WHERE substr(division_id, 1, 6) = ?1 AND industry_id = ?2 AND is_published AND id < ?4
    ORDER BY id DESC LIMIT ?3 + 1)
) e
