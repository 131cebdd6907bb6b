-- Reads the latest buckets of a counter.
--
-- KEYS[1]  hash of bucket numbers, counted from 1970, to counts
-- ARGV[1]  length of a bucket in milliseconds
-- ARGV[2]  how many buckets to read
--
-- Answers {number of the present bucket, its count, that of the one before, and so on}.

local clock = redis.call('TIME')
local bucket = math.floor((tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)) / tonumber(ARGV[1]))
local reply = {bucket}
for i = 0, tonumber(ARGV[2]) - 1 do
  reply[#reply + 1] = tonumber(redis.call('HGET', KEYS[1], string.format('%.0f', bucket - i)) or 0)
end
return reply
