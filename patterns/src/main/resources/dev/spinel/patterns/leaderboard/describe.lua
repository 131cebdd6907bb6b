-- Sets the text beside a member, on all boards where it is.
--
-- ARGV  after the boards: the member; the text
--
-- Answers {time, on how many it is}.

local member, described = ARGV[argument], 0
for _, b in ipairs(boards) do
  if b then
    local lost = damage(b)
    if lost then return redis.error_reply(lost) end
    redis.call('HLEN', b.data)
  end
end
for _, b in ipairs(boards) do
  if b and find(b, member) then
    redis.call('HSET', b.data, member, ARGV[argument + 1])
    local left = redis.call('PTTL', b.board)
    if left > 0 then redis.call('PEXPIRE', b.data, left) end
    described = described + 1
  end
end
return {now, described}
