-- Adds to a counter of buckets, and tells what it has.
--
-- KEYS[1]  hash of bucket numbers, counted from 1970, to counts
-- KEYS[2]  present if this addition was made before; only if ARGV[4] > 0
-- ARGV[1]  length of a bucket in milliseconds
-- ARGV[2]  how many buckets are kept
-- ARGV[3]  what to add
-- ARGV[4]  for how many milliseconds an addition is remembered; 0: not at all
--
-- Answers the sum of the present bucket and the kept ones before it. Older buckets are dropped when a bucket begins.

local clock = redis.call('TIME')
local length, kept = tonumber(ARGV[1]), tonumber(ARGV[2])
local bucket = math.floor((tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)) / length)
local function exact(number) return string.format('%.0f', number) end

local sum, present = 0, nil
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local number, count = tonumber(entries[i]), tonumber(entries[i + 1])
  if number == bucket then present = count end
  -- Later ones are from before the clock was set back.
  if number > bucket - kept and number <= bucket then sum = sum + count end
end

local memory = tonumber(ARGV[4])
if memory > 0 and redis.call('EXISTS', KEYS[2]) == 1 then return sum end
sum = sum + ARGV[3]
if math.max(math.abs(sum), math.abs((present or 0) + ARGV[3])) >= 2 ^ 53 then
  return redis.error_reply('ERR the count would not be below 2^53')
end
redis.call('HINCRBY', KEYS[1], exact(bucket), ARGV[3])
if memory > 0 then redis.call('SET', KEYS[2], '1', 'PX', ARGV[4]) end
if not present then
  -- Not before the end of a later bucket.
  local ending = exact((bucket + kept) * length)
  if redis.call('PEXPIREAT', KEYS[1], ending, 'NX') == 0 then redis.call('PEXPIREAT', KEYS[1], ending, 'GT') end
  for i = 1, #entries, 2 do
    if tonumber(entries[i]) <= bucket - kept then redis.call('HDEL', KEYS[1], entries[i]) end
  end
end
return sum
