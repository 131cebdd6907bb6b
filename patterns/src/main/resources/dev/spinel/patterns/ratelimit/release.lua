-- Ends the use of a concurrency permit. Other limits keep what was taken.
--
-- KEYS          the states of the concurrency limits
-- ARGV[1]       the cost that was taken
-- ARGV[2]       the token of the request
-- ARGV[3]       when it was taken, as acquire answered it
--
-- Answers 1 if a permit was still out, 0 if its lease had ended or it was released before.

local removed = 0
for _, key in ipairs(KEYS) do
  for i = 1, tonumber(ARGV[1]) do removed = removed + redis.call('ZREM', key, ARGV[2] .. ':' .. ARGV[3] .. ':' .. i) end
end
return removed > 0 and 1 or 0
