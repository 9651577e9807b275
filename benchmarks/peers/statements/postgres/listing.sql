SELECT json_build_object('events', json_build_object('nodes', coalesce(json_agg(json_build_object(
  'slug', e.slug, 'title', e.title, 'summary', e.summary, 'kind', upper(e.kind), 'status', upper(e.status),
  'startsAt', e.starts_at, 'endsAt', e.ends_at, 'venue', e.venue, 'priceFen', e.price_fen,
  'division', (
    SELECT json_build_object('code', c.code, 'shortName', c.short_name, 'parent', (
      SELECT json_build_object('code', s.code, 'shortName', s.short_name, 'parent', (
        SELECT json_build_object('code', o.code, 'shortName', o.short_name) FROM division o WHERE o.code = s.parent_id))
      FROM division s WHERE s.code = c.parent_id))
    FROM division c WHERE c.code = e.division_id),
  'programme', (
    SELECT coalesce(json_agg(
      json_build_object('position', i.position, 'kind', upper(i.kind), 'title', i.title) ORDER BY i.position, i.id), '[]')
    FROM programme_item i WHERE i.event_id = e.id)
) ORDER BY e.starts_at, e.id), '[]')))::text
FROM (
  SELECT * FROM event
  WHERE NOT is_over AND ends_at >= now() AND status <> 'finished' AND status <> 'draft'
  ORDER BY starts_at, id LIMIT $1
) e
