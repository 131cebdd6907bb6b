-- Adds to a counter of buckets, and tells what it has.
--
-- KEYS[1]  hash of bucket numbers, counted from 1970, to counts
-- KEYS[2]  present if this addition was made before; only if ARGV[4] > 0
-- ARGV[1]  length of a bucket in milliseconds
-- ARGV[2]  how many buckets are kept
-- ARGV[3]  what to add
-- ARGV[4]  for how many milliseconds an addition is remembered; 0: not at all
--
-- Answers the sum of the kept buckets. Older buckets are dropped when a bucket begins.

local clock = redis.call('TIME')
local length, kept = tonumber(ARGV[1]), tonumber(ARGV[2])
local bucket = math.floor((tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)) / length)
local function exact(number) return string.format('%.0f', number) end

local memory = tonumber(ARGV[4])
if memory == 0 or redis.call('EXISTS', KEYS[2]) == 0 then
  local field = exact(bucket)
  local begins = redis.call('HEXISTS', KEYS[1], field) == 0
  redis.call('HINCRBY', KEYS[1], field, ARGV[3])
  if memory > 0 then redis.call('SET', KEYS[2], '1', 'PX', ARGV[4]) end
  if begins then
    -- Not before the end of a later bucket, from before the clock was set back.
    local ending = exact((bucket + kept) * length)
    if redis.call('PEXPIREAT', KEYS[1], ending, 'NX') == 0 then redis.call('PEXPIREAT', KEYS[1], ending, 'GT') end
    for _, other in ipairs(redis.call('HKEYS', KEYS[1])) do
      if tonumber(other) <= bucket - kept then redis.call('HDEL', KEYS[1], other) end
    end
  end
end
local sum = 0
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  if tonumber(entries[i]) > bucket - kept then sum = sum + tonumber(entries[i + 1]) end
end
return sum
