-- Takes a member off all boards.
--
-- ARGV  after the boards: the member
--
-- Answers {time, on how many it was}.

local member, removed = ARGV[argument], 0
for _, b in ipairs(boards) do
  if b then
    local lost = damage(b)
    if lost then return redis.error_reply(lost) end
    redis.call('HLEN', b.data)
  end
end
for _, b in ipairs(boards) do
  local entry, score
  if b then entry, score = find(b, member) end
  if entry then
    redis.call('ZREM', b.board, entry)
    if ties ~= 'member' then redis.call('HDEL', b.entries, member) end
    redis.call('HDEL', b.data, member)
    count(b, score, -1)
    if redis.call('EXISTS', b.board) == 0 then redis.call('DEL', b.origin) end
    removed = removed + 1
  end
end
return {now, removed}
