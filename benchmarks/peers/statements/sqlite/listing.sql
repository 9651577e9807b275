SELECT json_object('events', json_object('nodes', json_group_array(json_object(
  'slug', e.slug, 'title', e.title, 'summary', e.summary, 'kind', upper(e.kind), 'status', upper(e.status),
  'startsAt', replace(e.starts_at, ' ', 'T'), 'endsAt', replace(e.ends_at, ' ', 'T'),
  'venue', e.venue, 'priceFen', e.price_fen,
  'division', (
    SELECT json_object('code', c.code, 'shortName', c.short_name, 'parent', (
      SELECT json_object('code', s.code, 'shortName', s.short_name, 'parent', (
        SELECT json_object('code', o.code, 'shortName', o.short_name) FROM division o WHERE o.code = s.parent_id))
      FROM division s WHERE s.code = c.parent_id))
    FROM division c WHERE c.code = e.division_id),
  'programme', (
    SELECT json_group_array(json_object('position', i.position, 'kind', upper(i.kind), 'title', i.title))
    FROM (SELECT * FROM programme_item WHERE event_id = e.id ORDER BY position, id) i)))))
FROM (
  SELECT * FROM event
  WHERE NOT is_over AND ends_at >= strftime('%Y-%m-%d %H:%M:%S+00:00', 'now') AND status <> 'finished' AND status <> 'draft'
  ORDER BY starts_at, id LIMIT ?1
) e
