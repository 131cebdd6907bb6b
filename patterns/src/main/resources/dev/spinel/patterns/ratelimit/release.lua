-- Ends the use of a concurrency permit. Other limits keep what was taken. The request that took it may take anew.
--
-- KEYS[i]       the state of concurrency limit i
-- KEYS[n + 1]   what was answered to the request, as acquire keeps it; absent if it had no id
-- ARGV[1]       the cost that was taken
-- ARGV[2]       the token of the request
-- ARGV[3]       when it was taken, as acquire answered it
--
-- Answers 1 if a permit was still out, 0 if its lease had ended or it was released before.

local removed, cost = 0, tonumber(ARGV[1])
for first = 1, cost, 1000 do
  local permits = {}
  for i = first, math.min(first + 999, cost) do permits[#permits + 1] = ARGV[2] .. ':' .. ARGV[3] .. ':' .. i end
  for i = 1, #KEYS - 1 do removed = removed + redis.call('ZREM', KEYS[i], unpack(permits)) end
end
-- Not the answer to a later request with this id.
local answered = redis.call('GET', KEYS[#KEYS])
if answered and string.match(answered, ',(%d+)') == ARGV[3] then redis.call('DEL', KEYS[#KEYS]) end
return removed > 0 and 1 or 0
