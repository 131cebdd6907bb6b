-- Reads the items with the highest counts over the latest buckets of a ring.
--
-- KEYS     the buckets of the ring, as tally.lua describes them
-- ARGV[1]  length of a bucket in milliseconds
-- ARGV[2]  how many items a bucket has at most
-- ARGV[3]  how many buckets
-- ARGV[4]  how many items to read at most
--
-- Answers {by how much counts may be wrong, item, count, ...}, the highest first; the same counts in reverse order of the text.

local clock = redis.call('TIME')
local bucket = math.floor((tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)) / tonumber(ARGV[1]))
local keys, wrong = {}, 0
for i = 0, tonumber(ARGV[3]) - 1 do
  local key = KEYS[(bucket - i) % #KEYS + 1]
  keys[#keys + 1] = key
  if redis.call('ZCARD', key) >= tonumber(ARGV[2]) then
    wrong = wrong + tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
  end
end
local reply = {wrong}
-- The union is in ascending order.
local union = {'ZUNION', #keys}
for _, key in ipairs(keys) do union[#union + 1] = key end
union[#union + 1] = 'WITHSCORES'
local items = #keys == 1 and redis.call('ZRANGE', keys[1], -ARGV[4], -1, 'WITHSCORES') or redis.call(unpack(union))
for i = #items - 1, math.max(1, #items - 2 * ARGV[4] + 1), -2 do
  reply[#reply + 1] = items[i]
  reply[#reply + 1] = tonumber(items[i + 1])
end
return reply
